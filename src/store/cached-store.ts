import type { RecordContext } from '../core/record.ts'
import type { Row } from './byte-store.ts'
import type { BytesStore } from './bytes-store.ts'
import { MergedRows } from './merged-rows.ts'
import type { CacheSpace, CacheSpaces, DirtyEntry } from './record-cache.ts'

/** Told of each row that leaves the cache and changes something. @param oldRow null unless it asked for old values. */
export type RowListener = (
  key: Uint8Array,
  newRow: Uint8Array | null,
  oldRow: Uint8Array | null,
  context: Readonly<RecordContext>,
) => void

/**
 * A store with the record cache over it (Java's CachingKeyValueStore, CachingWindowStore and CachingSessionStore): what is
 * put waits in the cache, goes to the store when the cache lets it go, and is then told to the listener.
 */
export class CachedStore<Query extends { readonly reverse?: boolean }> implements BytesStore<Query> {
  readonly #inner: BytesStore<Query>
  readonly #space: CacheSpace
  readonly #record: RecordContext
  readonly #keepsReads: boolean
  #listener: RowListener | undefined
  #sendOldRows = false

  /** @param keepsReads what is read from the store below stays in the cache, as in Java's key-value stores. */
  constructor(
    inner: BytesStore<Query>,
    cache: CacheSpaces,
    record: RecordContext,
    { keepsReads, store }: { readonly keepsReads: boolean; readonly store?: string },
  ) {
    this.#inner = inner
    this.#record = record
    this.#keepsReads = keepsReads
    this.#space = cache.open((entries) => {
      for (const entry of entries) this.#letGo(entry)
    }, store)
  }

  setListener(listener: RowListener, sendOldRows: boolean): void {
    this.#listener = listener
    this.#sendOldRows = sendOldRows
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const cached = this.#space.get(key)
    if (cached) return cached.row ?? undefined
    const row = this.#inner.get(key)
    if (row && this.#keepsReads) this.#space.putClean(key, row)
    return row
  }

  /** The same for queries: nothing is kept, so that nothing has to leave the cache, and be forwarded, for it. */
  peek(key: Uint8Array): Uint8Array | undefined {
    const cached = this.#space.peek(key)
    return cached ? (cached.row ?? undefined) : this.#inner.get(key)
  }

  /** What of the cache belongs to a scan; null: deleted. */
  changes(query: Query): Iterator<readonly [Uint8Array, Uint8Array | null]> {
    return this.#inner.scanCache(this.#space, query)
  }

  put(key: Uint8Array, row: Uint8Array | null): void {
    this.#space.put(key, row, this.#record)
  }

  scan(query: Query): IterableIterator<Row> {
    const layers = [this.#inner.scanCache(this.#space, query), this.#inner.scan(query)]
    return new MergedRows(layers, query.reverse === true ? -1 : 1)
  }

  scanCache(cache: CacheSpace, query: Query): Iterator<readonly [Uint8Array, Uint8Array | null]> {
    return this.#inner.scanCache(cache, query)
  }

  count(): number {
    return this.#inner.count()
  }

  flush(): void {
    this.#space.flush()
  }

  #letGo({ key, row, context }: DirtyEntry): void {
    const listener = this.#listener
    const old = listener && (row === null || this.#sendOldRows) ? this.#inner.get(key) : undefined
    // A key that came and went between two commits leaves no trace.
    if (listener && row === null && !old) return
    this.#as(context, () => {
      this.#inner.put(key, row)
      listener?.(key, row, (this.#sendOldRows && old) || null, context)
    })
  }

  /** The task's context is that of the entry meanwhile. */
  #as(context: Readonly<RecordContext>, run: () => void): void {
    const { metadata, timestamp, headers } = this.#record
    try {
      Object.assign(this.#record, context)
      run()
    } finally {
      Object.assign(this.#record, { metadata, timestamp, headers })
    }
  }
}
