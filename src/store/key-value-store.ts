import type { ByteStore, RangeOptions, SpaceRows } from './byte-store.ts'
import { type ChangelogOptions, ChangelogWriter } from './changelog.ts'
import { mapIterator } from './iterators.ts'
import { Overlay } from './overlay.ts'
import type { StateStore } from './state-store.ts'
import { readTimestamped, type Timestamped, timestampedRow } from './timestamped.ts'

export interface KeyValueStoreOptions {
  readonly name: string
  readonly fingerprint: string
  readonly changelog?: ChangelogOptions
}

export interface KeyValueRow extends Timestamped {
  readonly key: Uint8Array
}

/**
 * A timestamped key-value store. A row is `record key` -> `timestamp int64 | value`, in the space that has the store's
 * name; a changelog record is `record key` -> `value` with the row's timestamp.
 */
export class KeyValueStore implements StateStore {
  readonly name: string
  readonly fingerprint: string
  readonly #rows: Overlay
  readonly #changelog: ChangelogWriter | undefined

  constructor(options: KeyValueStoreOptions, disk: ByteStore) {
    this.name = options.name
    this.fingerprint = options.fingerprint
    this.#rows = new Overlay(disk, options.name)
    this.#changelog = options.changelog && new ChangelogWriter(options.changelog)
  }

  get(key: Uint8Array): Timestamped | undefined {
    const row = this.#rows.get(key)
    return row && readTimestamped(row)
  }

  /** @param value null deletes the key. */
  put(key: Uint8Array, value: Uint8Array | null, timestamp: number): void {
    this.restore(key, value, timestamp)
    this.#changelog?.put(key, value, timestamp)
  }

  /** Rows as of this call, `from` inclusive, `to` exclusive. End it with `return()` when not reading to the end. */
  range(options: RangeOptions = {}): IterableIterator<KeyValueRow> {
    return mapIterator(this.#rows.range(options), ([key, row]) => ({ key, ...readTimestamped(row) }))
  }

  all(): IterableIterator<KeyValueRow> {
    return this.range()
  }

  /** Applies a changelog record: a put that is not logged. */
  restore(key: Uint8Array, value: Uint8Array | null, timestamp: number): void {
    this.#rows.put(key, value && timestampedRow(value, timestamp))
  }

  /** At a commit, before the changelog's records are produced. */
  flush(): void {
    this.#changelog?.flush()
  }

  get memoryBytes(): number {
    return this.#rows.dirtyBytes
  }

  get dirtyBytes(): number {
    return this.#rows.dirtyBytes
  }

  snapshot(): readonly SpaceRows[] {
    const rows = this.#rows.snapshot()
    return rows ? [rows] : []
  }

  acknowledge(): void {
    this.#rows.acknowledge()
  }

  expire(): readonly string[] {
    return []
  }

  /** Nothing to do: clean rows are not kept in memory. */
  setCapacity(): void {}
}
