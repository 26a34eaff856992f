import { StreamsError } from '../core/errors.ts'
import { type Headers, noHeaders } from '../core/record.ts'
import { guard } from '../operator/guard.ts'
import { type CustomStoreSpec, isRestored } from '../plan/store-spec.ts'
import { ChangelogWriter } from '../store/changelog.ts'
import type { ChangelogRecord } from '../store/changelog-record.ts'
import type { CustomStoreContext, LoggedStore, StoreHooks } from '../store/custom-store.ts'
import { mapIterator } from '../store/iterators.ts'
import type { OrderedRows } from '../store/rows.ts'
import { checkpointedRows } from '../store/space-rows.ts'
import { StoreDirectory } from '../store/store-directory.ts'
import type { BuiltStore } from './built-store.ts'
import { changelogOf, type StateStoreParts, spacesOf, stateOf } from './state-store-parts.ts'

/** @throws StreamsError `processing` naming the store, if it cannot be built. */
export function buildCustomStore(spec: CustomStoreSpec, parts: StateStoreParts): BuiltStore {
  const rows = spacesOf(spec, parts).open(spec.name)
  const host = new CustomStoreHost(spec, parts, rows)
  return {
    spec,
    typed: host.store,
    state: stateOf(spec, checkpointedRows(rows)),
    restore: (record) => host.restore(record),
    flushCache() {},
    flush: () => host.flush(),
    close: () => host.close(),
    // What it keeps elsewhere nobody can read.
    entries: () => mapIterator(rows.range(), ([key, value]) => ({ key, value })),
    get: () => undefined,
  }
}

/** Between a store of the user's and its task: gives it what it may have, and calls it when it is its turn. */
class CustomStoreHost {
  readonly store: StoreHooks & Partial<LoggedStore>
  readonly #label: string
  readonly #parts: StateStoreParts
  readonly #directory: StoreDirectory
  readonly #log: ChangelogWriter | undefined
  readonly #flush: () => void
  readonly #restore: LoggedStore['restore']
  readonly #close: () => void
  #phase: 'being built' | 'being restored' | 'open' | 'closed' = 'being built'

  constructor(spec: CustomStoreSpec, parts: StateStoreParts, rows: OrderedRows) {
    const label = `store '${spec.name}'`
    const changelog = changelogOf(spec, parts)
    this.#label = label
    this.#parts = parts
    this.#directory = new StoreDirectory(parts.task, spec.name)
    this.#log = changelog && new ChangelogWriter(changelog)
    try {
      const store = guard(label, () => spec.build(this.#context(rows)))()
      if (isRestored(spec) && !store.restore) throw this.#error('processing', 'it has no method restore')
      this.store = store
      this.#restore = guard(label, (...record) => store.restore?.(...record))
      this.#flush = guard(label, () => store.flush?.())
      this.#close = guard(label, () => store.close?.())
    } catch (error) {
      this.#directory.remove()
      throw error
    }
    this.#phase = 'open'
  }

  /** Hands out copies: what changelogs are decoded into is used again. */
  restore({ key, value, timestamp, headers }: ChangelogRecord): void {
    this.#phase = 'being restored'
    this.#restore(new Uint8Array(key), value && new Uint8Array(value), timestamp, headers)
    this.#phase = 'open'
  }

  flush(): void {
    this.#flush()
    this.#log?.flush()
  }

  close(): void {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    try {
      this.#close()
    } finally {
      this.#directory.remove()
    }
  }

  #context(rows: OrderedRows): CustomStoreContext {
    return {
      ...this.#directory.context,
      record: this.#parts.record,
      rows: {
        get: (key) => rows.get(key),
        put: (key, value) => {
          this.#checkOpen()
          rows.put(key, value)
        },
        range: (options) => rows.range(options),
      },
      log: (...record) => this.#append(...record),
    }
  }

  #append(
    key: Uint8Array,
    value: Uint8Array | null,
    timestamp: number = this.#parts.record.timestamp,
    headers: Headers = noHeaders,
  ): void {
    this.#checkOpen()
    if (this.#phase !== 'open') throw this.#error('processing', `it logs while it is ${this.#phase}`)
    this.#log?.put(key, value, timestamp, { headers })
  }

  /** What comes later, from a callback say, would belong to no transaction. */
  #checkOpen(): void {
    if (this.#phase === 'closed') throw this.#error('lifecycle', 'it is closed, with its task')
  }

  #error(code: 'processing' | 'lifecycle', problem: string): StreamsError {
    return new StreamsError(code, `${this.#label}: ${problem}`, { details: { node: this.#label } })
  }
}
