import { StreamsError } from '../core/errors.ts'
import { prefixes } from '../plan/naming.ts'
import type { JoinKind } from '../plan/node.ts'
import type { OuterJoinStoreSpec, StoreSpec, WindowStoreSpec } from '../plan/store-spec.ts'
import type { JoinWindows } from '../plan/windows.ts'
import type { Serde } from '../serde/serde.ts'
import { segmentMs } from '../store/segmented-rows.ts'
import type { BuildContext } from './context.ts'
import type { StreamJoinOptions } from './join-streams.ts'
import { joinWindowSizeMs } from './join-windows.ts'
import { loggingOf } from './logging-options.ts'

/** The stores of a join of streams. None is ever cached: they keep duplicates. */
export interface JoinStores {
  readonly left: WindowStoreSpec
  readonly right: WindowStoreSpec
  /** Where records of a left or outer join wait that have met nobody yet. */
  readonly unmatched?: OuterJoinStoreSpec
}

export interface JoinStoreParts {
  /** Of the call, for messages. */
  readonly call: string
  readonly generatedThis: string
  readonly generatedOther: string
  readonly thisSuffix: string
  readonly otherSuffix: string
  readonly keySerde: Serde<unknown>
  readonly leftSerde: Serde<unknown>
  readonly rightSerde: Serde<unknown>
}

type Options = StreamJoinOptions<unknown, unknown, unknown>

export function joinStores(
  context: BuildContext,
  kind: JoinKind,
  windows: JoinWindows,
  options: Options,
  parts: JoinStoreParts,
): JoinStores {
  const { call, keySerde, leftSerde, rightSerde } = parts
  const { storeName } = options
  const engine = options.store?.kind ?? context.defaults.store
  const logging = loggingOf(options.store ?? {}, call)
  const retentionMs = joinWindowSizeMs(windows) + windows.graceMs
  const window = (name: string, valueSerde: Serde<unknown>): WindowStoreSpec => ({
    kind: 'window',
    name: `${name}-store`,
    keySerde,
    valueSerde,
    engine,
    ...logging,
    caching: false,
    timestamped: false,
    windowSizeMs: joinWindowSizeMs(windows),
    retentionMs,
    segmentMs: segmentMs(retentionMs),
    retainDuplicates: true,
    logsHeaders: true,
  })
  const { generatedThis, generatedOther, thisSuffix, otherSuffix } = parts
  const left = options.thisStore
    ? ownStore(options.thisStore.spec, windows, call)
    : window(storeName === undefined ? generatedThis : `${storeName}${thisSuffix}`, leftSerde)
  const right = options.otherStore
    ? ownStore(options.otherStore.spec, windows, call)
    : window(storeName === undefined ? generatedOther : `${storeName}${otherSuffix}`, rightSerde)
  if (kind === 'inner' || windows.spuriousResults) return { left, right }
  const unmatched: OuterJoinStoreSpec = {
    kind: 'outer-join-buffer',
    name: `${unmatchedName(kind, options, generatedThis)}-store`,
    keySerde,
    valueSerde: leftSerde,
    otherValueSerde: rightSerde,
    engine: options.store?.kind ?? options.thisStore?.spec.engine ?? engine,
    ...logging,
    caching: false,
  }
  return { left, right, unmatched }
}

/** OuterStreamJoinStoreFactory.buildOuterJoinWindowStoreName */
function unmatchedName(kind: JoinKind, { thisStore, storeName }: Options, generatedThis: string): string {
  const suffix = kind === 'outer' ? '-outer-shared-join' : '-left-shared-join'
  const given = thisStore?.name ?? storeName
  if (given !== undefined) return `${given}${suffix}`
  const prefix = kind === 'outer' ? prefixes.outerThis : prefixes.joinThis
  return `${prefixes.outerShared}${generatedThis.slice(prefix.length)}`
}

/** A store that the user declared: KStreamImplJoin.assertWindowSettings. */
function ownStore(spec: StoreSpec, windows: JoinWindows, call: string): WindowStoreSpec {
  if (spec.kind !== 'window' || spec.timestamped)
    throw new StreamsError('topology-invalid', `${call}: '${spec.name}' is not made by windowStore`)
  const store = `${call}: store '${spec.name}'`
  if (!spec.retainDuplicates) {
    throw new StreamsError(
      'topology-invalid',
      `${store}: The StoreSupplier must set retainDuplicates=true, found retainDuplicates=false`,
    )
  }
  const windowSizeMs = joinWindowSizeMs(windows)
  const retentionMs = windowSizeMs + windows.graceMs
  if (spec.windowSizeMs !== windowSizeMs || spec.retentionMs !== retentionMs) {
    throw new StreamsError(
      'topology-invalid',
      `${store}: Window settings mismatch. A window size of ${spec.windowSizeMs} ms and a retention of ` +
        `${spec.retentionMs} ms must be before + after, ${windowSizeMs} ms, and that plus grace, ${retentionMs} ms`,
    )
  }
  return { ...spec, caching: false, logsHeaders: true }
}
