import { type Duration, durationMs } from '../core/time/duration.ts'
import { prefixes } from '../plan/naming.ts'
import type { Joiner } from '../plan/node.ts'
import type { JoinBufferSpec } from '../plan/store-spec.ts'
import type { Serde } from '../serde/serde.ts'
import { type BuildContext, follow, nodeName, requireSerde, type StreamPosition } from './context.ts'
import { repartitionForJoin } from './join-repartition.ts'
import type { TablePosition } from './table-position.ts'

/** Of a join of a stream with a table (Java's Joined). */
export interface StreamTableJoinOptions<K, V> {
  /** The node's name and, if the stream is repartitioned, its topic: `<name>-repartition`. */
  readonly name?: string
  readonly key?: Serde<NonNullable<K>>
  /** Of the stream's values. */
  readonly value?: Serde<NonNullable<V>>
  /**
   * Records wait until stream time is so much later, and are joined in order of time, each with the table as it was at
   * the record's time. The table must be versioned, with a history at least as long.
   */
  readonly grace?: Duration
}

/** Joins each record with the table's value at that moment (KStreamImpl.doStreamTableJoin). */
export function joinStreamTable(
  context: BuildContext,
  stream: StreamPosition,
  table: TablePosition,
  left: boolean,
  joiner: Joiner,
  options: StreamTableJoinOptions<unknown, unknown>,
): StreamPosition {
  const call = left ? 'leftJoin' : 'join'
  const at = repartitionForJoin(context, stream, {
    call,
    name: options.name,
    keySerde: options.key,
    valueSerde: options.value,
    valueOption: 'value',
  })
  const name = nodeName(context, left ? prefixes.leftJoin : prefixes.join, call, options.name)
  const keySerde = options.key ?? at.keySerde
  const buffer =
    options.grace === undefined
      ? undefined
      : bufferSpec(context, call, `${name}-Buffer`, durationMs(options.grace, `${call}: grace`), {
          keySerde,
          valueSerde: options.value ?? at.valueSerde,
        })
  return follow(
    context,
    at,
    {
      node: {
        kind: 'stream-table-join',
        name,
        left,
        view: table.view(),
        joiner,
        ...(buffer && { graceMs: buffer.graceMs, buffer: buffer.name }),
      },
      ...(buffer && { stores: [buffer] }),
    },
    { keySerde, valueSerde: undefined, keyChanged: false },
  )
}

function bufferSpec(
  context: BuildContext,
  call: string,
  name: string,
  graceMs: number,
  {
    keySerde,
    valueSerde,
  }: { readonly keySerde: Serde<unknown> | undefined; readonly valueSerde: Serde<unknown> | undefined },
): JoinBufferSpec {
  return {
    kind: 'join-buffer',
    name,
    keySerde: requireSerde(context, keySerde, 'key', call, 'give it as { key: ... }'),
    valueSerde: requireSerde(context, valueSerde, 'value', call, 'give it as { value: ... }'),
    engine: context.defaults.store,
    changelog: 'coalesced',
    caching: false,
    graceMs,
  }
}
