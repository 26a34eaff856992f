import { unterminated } from '../core/termination-lock.ts'
import type { RangeOptions, Row } from './byte-store.ts'
import { finished } from './iterators.ts'
import type { LmdbDatabase } from './lmdb.ts'
import { lmdbRange, rowsInOrder } from './lmdb-keys.ts'
import { storeClosed } from './write-queue.ts'

const firstRows = 16
const mostRows = 1024

export interface ScanOwner {
  /** Called once, when the scan no longer needs LMDB. */
  ended(scan: LmdbScan): void
  /** What to throw for a failure of LMDB. */
  readError(error: unknown): unknown
}

/**
 * A cursor that reads ahead. A short range is read to its end at once, so that it holds no LMDB snapshot (which would
 * keep the pages of old rows from being used again).
 */
export class LmdbScan {
  readonly space: string
  readonly #rows: Iterator<Row, void>
  readonly #owner: ScanOwner
  #next = firstRows
  /** Rows read before their space was dropped. */
  #kept: Row[] = []
  #state: 'open' | 'ended' | 'closed' = 'open'

  constructor(space: string, database: LmdbDatabase, options: RangeOptions, owner: ScanOwner) {
    this.space = space
    this.#owner = owner
    this.#rows = rowsInOrder(database.getRange(lmdbRange(options))[Symbol.iterator](), options)
  }

  /** @returns more rows, none at the end. */
  read(count: number = this.#next): Row[] {
    if (this.#state === 'closed') throw storeClosed()
    const rows = this.#kept.splice(0, count)
    try {
      unterminated(() => {
        while (this.#state === 'open' && rows.length < count) this.#readRow(rows)
      })
    } catch (error) {
      this.#end('ended')
      throw this.#owner.readError(error)
    }
    this.#next = Math.min(this.#next * 4, mostRows)
    return rows
  }

  /** Reads all that is left, because the space is about to be dropped. */
  keepRest(): void {
    this.#kept = this.read(Number.POSITIVE_INFINITY)
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  end(): void {
    this.#kept = []
    this.#end('ended')
  }

  /** Ends it because the store is closing. */
  close(): void {
    this.#end('closed')
  }

  #readRow(rows: Row[]): void {
    const item = this.#rows.next()
    if (item.done) this.#end('ended')
    else rows.push(item.value)
  }

  #end(state: 'ended' | 'closed'): void {
    if (this.#state !== 'open') return
    this.#state = state
    unterminated(() => this.#rows.return?.())
    this.#owner.ended(this)
  }
}

/** The rows of a scan, for the caller: forgotten ones end when they are collected (see `LmdbStore`). */
export class LmdbRows implements IterableIterator<Row> {
  readonly #scan: LmdbScan
  #rows: readonly Row[]
  #at = 0

  constructor(scan: LmdbScan) {
    this.#scan = scan
    this.#rows = scan.read()
  }

  next(): IteratorResult<Row> {
    if (this.#at === this.#rows.length) {
      this.#rows = this.#scan.read()
      this.#at = 0
      if (this.#rows.length === 0) return finished
    }
    return { done: false, value: this.#rows[this.#at++]! }
  }

  return(): IteratorResult<Row> {
    this.#scan.end()
    this.#rows = []
    this.#at = 0
    return finished
  }

  [Symbol.iterator](): this {
    return this
  }
}
