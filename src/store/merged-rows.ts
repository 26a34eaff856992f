import { compareBytes } from '../core/bytes.ts'
import type { Row } from './byte-store.ts'
import { finished } from './iterators.ts'

/** Layers of one order as one: of equal keys the first layer counts, and deleted ones are left out. */
export class MergedRows implements IterableIterator<Row> {
  readonly #layers: readonly Iterator<readonly [Uint8Array, Uint8Array | null]>[]
  readonly #heads: (readonly [Uint8Array, Uint8Array | null] | undefined)[]
  readonly #direction: 1 | -1

  constructor(layers: readonly Iterator<readonly [Uint8Array, Uint8Array | null]>[], direction: 1 | -1) {
    this.#layers = layers
    this.#direction = direction
    this.#heads = new Array(layers.length)
    for (let i = 0; i < layers.length; i++) this.#advance(i)
  }

  next(): IteratorResult<Row> {
    for (;;) {
      const [key, value] = this.#take() ?? []
      if (key === undefined) return finished
      if (value) return { done: false, value: [key, value] }
    }
  }

  return(): IteratorResult<Row> {
    for (const layer of this.#layers) layer.return?.()
    this.#heads.fill(undefined)
    return finished
  }

  [Symbol.iterator](): this {
    return this
  }

  #take(): readonly [Uint8Array, Uint8Array | null] | undefined {
    let first: readonly [Uint8Array, Uint8Array | null] | undefined
    for (const head of this.#heads)
      if (head && (!first || this.#direction * compareBytes(head[0], first[0]) < 0)) first = head
    if (!first) return undefined
    for (let i = 0; i < this.#heads.length; i++) {
      const head = this.#heads[i]
      if (head && compareBytes(head[0], first[0]) === 0) this.#advance(i)
    }
    return first
  }

  #advance(layer: number): void {
    const item = this.#layers[layer]!.next()
    this.#heads[layer] = item.done ? undefined : item.value
  }
}
