import type { Unawaited } from '../core/unawaited.ts'
import type { RangeOptions, Row } from './byte-store.ts'
import { MemoryRows } from './memory-rows.ts'
import type { OrderedRows, RowSpaces, Rows } from './rows.ts'
import type { StoreContext } from './store-directory.ts'

/**
 * Keeps the rows of built-in stores somewhere else than Millrace does: give it as `kind` of a store, or as
 * `defaultStore` of a topology. It takes the place of Java's KeyValue-, Window- and SessionBytesStoreSupplier: keys of
 * windows, versions, timestamps, changelog, cache and serdes remain Millrace's.
 *
 * What it keeps lasts as long as the task: whenever a task is opened, also after an aborted transaction, `open` is called
 * anew, must begin with nothing, and is filled from the changelog's beginning.
 */
export interface StoreEngine {
  /** For messages. */
  readonly name: string
  /** Once for each store of a task. */
  open(context: StoreContext): EngineSpaces
}

/** The rows of one store: one space, or one for each segment of time. Nothing here may return a promise. */
export interface EngineSpaces {
  /** Makes a space that is empty. */
  open(space: string): OrderedRows
  /** All rows of a space have expired; it is not used again. */
  drop?(space: string): Unawaited
  /** Once, when the task is closed. */
  close?(): Unawaited
}

/** An engine's spaces, as stores see them. No checkpoint has its rows, so that none is waited for. */
export function engineSpaces(spaces: EngineSpaces): RowSpaces {
  return {
    names: () => [],
    open: (space) => new EngineRows(spaces.open(space)),
    openOwn: () => new MemoryRows(),
    forget(space) {
      spaces.drop?.(space)
    },
  }
}

class EngineRows implements Rows {
  readonly memoryBytes = 0
  readonly dirtyBytes = 0
  readonly #rows: OrderedRows

  constructor(rows: OrderedRows) {
    this.#rows = rows
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#rows.get(key)
  }

  put(key: Uint8Array, value: Uint8Array | null): void {
    this.#rows.put(key, value)
  }

  range(options?: RangeOptions): IterableIterator<Row> {
    return this.#rows.range(options)
  }

  snapshot(): undefined {}

  acknowledge(): void {}
}
