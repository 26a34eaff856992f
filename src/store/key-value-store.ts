import type { RangeOptions, Row } from './byte-store.ts'
import type { BytesStore } from './bytes-store.ts'
import type { RowLog } from './changelog.ts'
import type { ChangelogRecord } from './changelog-record.ts'
import { LruRows } from './lru-rows.ts'
import type { CacheSpace } from './record-cache.ts'
import type { RowFormat } from './row-format.ts'
import type { CheckpointedRows, RowSpaces, Rows } from './rows.ts'
import { checkpointedRows } from './space-rows.ts'

export interface KeyValueStoreOptions {
  readonly name: string
  readonly format: RowFormat
  readonly log: RowLog
  /** More are not kept. */
  readonly maxEntries?: number
  /** What is dropped then is logged as deleted. */
  readonly logsEvictions: boolean
}

/**
 * A key-value store of bytes. A row is `record key` -> `timestamp int64 | value`, or the value alone, in the space that
 * has the store's name; a changelog record is `record key` -> `value`.
 */
export class KeyValueBytesStore implements BytesStore<RangeOptions> {
  readonly checkpointed: CheckpointedRows
  readonly #rows: Rows
  readonly #format: RowFormat
  readonly #log: RowLog
  readonly #logsEvictions: boolean

  constructor(options: KeyValueStoreOptions, spaces: RowSpaces) {
    const { name, format, log, maxEntries, logsEvictions } = options
    const rows = spaces.open(name)
    const evicted = (key: Uint8Array): void => {
      if (logsEvictions) log.put(key, null)
    }
    this.#rows = maxEntries === undefined ? rows : new LruRows(rows, maxEntries, evicted)
    this.#format = format
    this.#log = log
    this.#logsEvictions = logsEvictions
    this.checkpointed = checkpointedRows(this.#rows)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#rows.get(key)
  }

  put(key: Uint8Array, row: Uint8Array | null): void {
    this.#rows.put(key, row)
    this.#log.put(key, row)
  }

  scan(range: RangeOptions): IterableIterator<Row> {
    return this.#rows.range(range)
  }

  scanCache(cache: CacheSpace, range: RangeOptions): Iterator<readonly [Uint8Array, Uint8Array | null]> {
    return cache.range(range)
  }

  count(): number {
    if (this.#rows instanceof LruRows) return this.#rows.size
    let count = 0
    for (const _ of this.#rows.range()) count++
    return count
  }

  /** Applies a changelog record: a put that is not logged. */
  restore({ key, value, timestamp }: Pick<ChangelogRecord, 'key' | 'value' | 'timestamp'>): void {
    const row = value && this.#format.rowOf(value, timestamp)
    // The changelog says what went; it need not be found out.
    if (this.#rows instanceof LruRows && this.#logsEvictions) this.#rows.putMore(key, row)
    else this.#rows.put(key, row)
  }
}
