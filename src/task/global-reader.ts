import type { ResolvedOptions } from '../core/options.ts'
import { noHeaders } from '../core/record.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Plan } from '../plan/plan.ts'
import type { ByteStore } from '../store/byte-store.ts'
import { openLmdbStore } from '../store/lmdb-store.ts'
import { diskSpaces } from '../store/row-spaces.ts'
import type { StateDirectory } from '../store/state-directory.ts'
import type { BuiltStore } from './built-store.ts'
import { globalStoresOf } from './global-stores.ts'
import { globalStoreTask } from './global-table.ts'
import { buildStateStore } from './state-store-builder.ts'

export interface GlobalReaderParts {
  readonly plan: Plan
  readonly options: ResolvedOptions
  readonly directory: StateDirectory
  readonly clock: Clock
}

/**
 * The global stores that another thread of the process writes (`GlobalState`), as a worker thread sees them: the rows on
 * disk, as of the last write that ended before the thread's present turn of the event loop.
 */
export class GlobalReader {
  /** For operators: the stores by name. */
  readonly typed: ReadonlyMap<string, unknown>
  /** Undefined where there are no such stores. */
  readonly #bytes: ByteStore | undefined

  /** Open it when the writer has read all there is. @throws StreamsError `state-unreadable` */
  constructor(parts: GlobalReaderParts) {
    const { plan, options, directory } = parts
    const globals = globalStoresOf(plan, 'writer')
    const path = directory.taskDirectory('global')
    const disk = { mapSizeBytes: options.stateMapSize, readOnly: true }
    const bytes = globals.length > 0 ? openLmdbStore(path, disk) : undefined
    this.#bytes = bytes
    this.typed = new Map(
      globals.map(({ store }) => [store.name, buildReader(store, bytes!, parts).typed] as const),
    )
  }

  async close(): Promise<void> {
    await this.#bytes?.close()
  }
}

function buildReader(
  store: Plan['globalStores'][number]['store'],
  bytes: ByteStore,
  { options, directory, clock }: GlobalReaderParts,
): BuiltStore {
  return buildStateStore(store, {
    bytes,
    spaces: diskSpaces(bytes),
    record: { metadata: undefined, timestamp: -1, headers: noHeaders },
    changelog: undefined,
    cache: undefined,
    clock,
    task: globalStoreTask(options, store.name, directory),
  })
}
