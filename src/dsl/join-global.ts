import { prefixes } from '../plan/naming.ts'
import type { Joiner, StreamGlobalJoinNode } from '../plan/node.ts'
import { type BuildContext, follow, nodeName, type StreamPosition } from './context.ts'
import type { NamedOptions } from './options.ts'
import type { GlobalTablePosition } from './table-position.ts'

/** Of a join of a stream with a global table. */
export interface GlobalJoinOptions<K, V, K2> extends NamedOptions {
  /** The key of the table to look a record up by; null meets nobody. */
  readonly keyOf: (value: V, key: K) => K2 | null
}

/** Joins each record with a value of the global table (KStreamImpl.doGlobalTableJoin). Nothing is repartitioned. */
export function joinGlobal(
  context: BuildContext,
  stream: StreamPosition,
  table: GlobalTablePosition,
  left: boolean,
  joiner: Joiner,
  options: GlobalJoinOptions<never, never, unknown>,
): StreamPosition {
  // Java has the prefix of left joins for inner ones too.
  const name = nodeName(context, prefixes.leftJoin, left ? 'leftJoin' : 'join', options.name)
  const keyOf = options.keyOf as StreamGlobalJoinNode['keyOf']
  return follow(
    context,
    stream,
    { node: { kind: 'stream-global-join', name, left, view: table.view, keyOf, joiner } },
    { valueSerde: undefined },
  )
}
