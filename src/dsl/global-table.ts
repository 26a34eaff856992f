import { StreamsError } from '../core/errors.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { BuildContext } from './context.ts'
import { keyValueStoreSpec } from './materialized.ts'
import type { GlobalTablePosition } from './table-position.ts'
import { type TableSourceOptions, tableSource } from './table-source.ts'
import type { Topic } from './topic.ts'

/** A table that every instance has whole: any stream can be joined with it, by any key. */
export class GlobalKTable<K, V> {
  readonly #at: GlobalTablePosition
  /** Never set: it makes TypeScript tell other types of keys and values apart. */
  declare readonly types?: readonly [key: K, value: V]

  /** Global tables come from `StreamsBuilder.globalTable`. */
  constructor(at: GlobalTablePosition) {
    this.#at = at
  }

  get position(): GlobalTablePosition {
    return this.#at
  }

  /** The store behind the table, for queries. */
  get store(): StoreSpec {
    return this.#at.store
  }

  /** Java's name of the store for queries. */
  get queryableStoreName(): string {
    return this.#at.store.name
  }
}

/** StreamsBuilder.globalTable. @throws StreamsError `topology-invalid` if the store is versioned. */
export function addGlobalTable(
  context: BuildContext,
  topic: Topic<unknown, unknown>,
  options: TableSourceOptions,
): GlobalTablePosition {
  const call = `globalTable('${topic.name}')`
  const parts = tableSource(context, topic, options, call)
  const { keySerde, valueSerde } = parts.source
  const spec = keyValueStoreSpec(context, options.store, { call, name: parts.store, keySerde, valueSerde })
  if (spec.kind === 'versioned')
    throw new StreamsError('topology-invalid', `${call}: a global table cannot be versioned`)
  // A global store has no changelog: its topic is one.
  const store = { ...spec, changelog: 'off' } as const
  context.graph.add({
    kind: 'global-store',
    source: parts.source,
    processor: { kind: 'table-source', name: parts.name, store: store.name, sendOldValues: false },
    store,
  })
  return { store, view: { kind: 'store', store: store.name }, keySerde, valueSerde }
}
