import { hex } from '../../../src/core/bytes.ts'
import type { RangeOptions, Row } from '../../../src/store/byte-store.ts'
import type { OrderedRows } from '../../../src/store/rows.ts'
import type { StoreContext } from '../../../src/store/store-directory.ts'
import type { EngineSpaces, StoreEngine } from '../../../src/store/store-engine.ts'

/** An engine as simple as can be: a Map per space, sorted whenever somebody reads. */
export class MapEngine implements StoreEngine {
  readonly name = 'map'
  readonly opened: StoreContext[] = []
  readonly spaces = new Map<string, MapRows>()
  readonly dropped: string[] = []
  closed = 0

  open(context: StoreContext): EngineSpaces {
    this.opened.push(context)
    return {
      open: (space) => {
        const rows = new MapRows()
        this.spaces.set(space, rows)
        return rows
      },
      drop: (space) => {
        this.dropped.push(space)
        this.spaces.delete(space)
      },
      close: () => {
        this.closed++
      },
    }
  }
}

export class MapRows implements OrderedRows {
  readonly #rows = new Map<string, Row>()

  get size(): number {
    return this.#rows.size
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#rows.get(hex(key))?.[1]
  }

  put(key: Uint8Array, value: Uint8Array | null): void {
    if (value) this.#rows.set(hex(key), [new Uint8Array(key), value])
    else this.#rows.delete(hex(key))
  }

  range({ from, to, reverse }: RangeOptions = {}): IterableIterator<Row> {
    const rows = [...this.#rows.values()]
      .filter(([key]) => (!from || Buffer.compare(key, from) >= 0) && (!to || Buffer.compare(key, to) < 0))
      .sort(([a], [b]) => Buffer.compare(a, b))
    return (reverse ? rows.reverse() : rows).values()
  }
}
