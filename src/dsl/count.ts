import { StreamsError } from '../core/errors.ts'
import { durationMs } from '../core/time/duration.ts'
import { checkName, prefixes } from '../plan/naming.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { TimeWindows } from '../plan/windows.ts'
import { long } from '../serde/scalars.ts'
import { timeWindowed } from '../serde/windowed.ts'
import { segmentMs } from '../store/window-store.ts'
import { type BuildContext, nodeName } from './context.ts'
import type { Grouping } from './grouping.ts'
import type { CountOptions, WindowStoreOptions } from './options.ts'
import type { TablePosition } from './table.ts'

/** Adds a count, windowed or not, with its store and, if the key changed, a repartition topic. Names are given in Java's order. */
export function addCount(
  context: BuildContext,
  grouping: Grouping,
  options: CountOptions<WindowStoreOptions>,
  windows?: TimeWindows,
): TablePosition {
  const store = countStore(context, grouping, options.store, windows)
  const name = nodeName(context, prefixes.aggregate, 'count', options.name)
  const parent = grouping.parent(store.name, 'count')
  const node = context.graph.add(
    {
      kind: 'operator',
      node: { kind: 'aggregate', name, aggregate: 'count', store: store.name, ...(windows && { windows }) },
      store,
    },
    [parent],
  )
  const keySerde = windows ? timeWindowed(store.keySerde, windows.sizeMs) : store.keySerde
  return { node, store, keySerde, valueSerde: store.valueSerde }
}

function countStore(
  context: BuildContext,
  grouping: Grouping,
  options: WindowStoreOptions | undefined,
  windows: TimeWindows | undefined,
): StoreSpec {
  if (options?.caching) {
    throw new StreamsError(
      'topology-invalid',
      'count: store.caching is not available yet; leave it out, and every update is emitted.',
    )
  }
  const common = {
    name: storeName(context, options),
    keySerde: grouping.keySerde('count'),
    valueSerde: long,
    engine: options?.kind ?? 'lmdb',
    changelog: options?.changelog ?? 'coalesced',
    caching: false,
    aggregate: 'count',
  } as const
  if (!windows) return { kind: 'key-value', ...common }
  const retentionMs = retention(common.name, options, windows)
  return { kind: 'window', ...common, windows, retentionMs, segmentMs: segmentMs(retentionMs) }
}

function storeName({ naming }: BuildContext, options: WindowStoreOptions | undefined): string {
  if (options?.name !== undefined) return checkName(options.name, 'count: store name')
  // Java uses up one index more when store options without a name are given (KGroupedStreamImpl.count).
  if (options) naming.store(prefixes.aggregate)
  return naming.store(prefixes.aggregate)
}

function retention(store: string, options: WindowStoreOptions | undefined, windows: TimeWindows): number {
  const needed = windows.sizeMs + windows.graceMs
  const given = options?.retention
  const retentionMs = given === undefined ? needed : durationMs(given, 'count: store.retention')
  if (retentionMs >= needed) return retentionMs
  throw new StreamsError(
    'topology-invalid',
    `count: store '${store}' retains ${retentionMs} ms, less than window size ${windows.sizeMs} plus grace ${windows.graceMs}`,
  )
}
