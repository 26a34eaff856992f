import type { ByteStore, RangeOptions, Row } from './byte-store.ts'
import { mapIterator } from './iterators.ts'
import { MemoryRows } from './memory-rows.ts'
import { Overlay } from './overlay.ts'
import type { RowSpaces, Rows } from './rows.ts'
import { timestampedRow } from './timestamped.ts'

/** Rows on disk, with the changes that are not there yet over them. */
export function diskSpaces(disk: ByteStore): RowSpaces {
  const open = (space: string): Rows => new Overlay(disk, space)
  return { names: () => disk.spaces(), open, openOwn: open }
}

/** Rows that are gone when the task closes. */
export function memorySpaces(): RowSpaces {
  const open = (): Rows => new MemoryRows()
  return { names: () => [], open, openOwn: open }
}

/**
 * Rows without a timestamp, read and written as if they had one, which is then -1 (Java's
 * KeyValueToTimestampedKeyValueByteStoreAdapter).
 */
export function untimestampedSpaces(spaces: RowSpaces): RowSpaces {
  return { ...spaces, open: (space) => new UntimestampedRows(spaces.open(space)) }
}

const unknownTimestamp = -1

class UntimestampedRows implements Rows {
  readonly #rows: Rows

  constructor(rows: Rows) {
    this.#rows = rows
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const value = this.#rows.get(key)
    return value && timestampedRow(value, unknownTimestamp)
  }

  put(key: Uint8Array, row: Uint8Array | null): void {
    this.#rows.put(key, row === null ? null : row.subarray(8))
  }

  range(options?: RangeOptions): IterableIterator<Row> {
    return mapIterator(this.#rows.range(options), ([key, value]) => [
      key,
      timestampedRow(value, unknownTimestamp),
    ])
  }

  snapshot(): ReturnType<Rows['snapshot']> {
    return this.#rows.snapshot()
  }

  acknowledge(): void {
    this.#rows.acknowledge()
  }

  get memoryBytes(): number {
    return this.#rows.memoryBytes
  }

  get dirtyBytes(): number {
    return this.#rows.dirtyBytes
  }
}
