import type { RangeOptions } from './byte-store.ts'
import { bytesText, textBytes } from './bytes-text.ts'
import { mapIterator, nothing } from './iterators.ts'
import { OrderedTexts, type TextRange } from './ordered-texts.ts'

/**
 * An ordered map from bytes to values, in unsigned byte order. Keys are kept as latin1 text, which sorts like the bytes:
 * a text is half the size of a small array, and there is a hash of it. Most stores are read by key alone, so the order is
 * made up only when a range is asked for: the tree learns then what has changed since the last one.
 */
export class OrderedBytes<V> {
  readonly #values = new Map<string, V>()
  /** Holds all but what `#changed` names; undefined before the first range. */
  #tree: OrderedTexts<V> | undefined
  readonly #changed = new Set<string>()

  get size(): number {
    return this.#values.size
  }

  get(key: Uint8Array): V | undefined {
    return this.#values.get(bytesText(key))
  }

  /** @returns the value replaced. */
  set(key: Uint8Array, value: V): V | undefined {
    const text = bytesText(key)
    const replaced = this.#values.get(text)
    this.#values.set(text, value)
    if (this.#tree) this.#changed.add(text)
    return replaced
  }

  /** @returns the value removed. */
  delete(key: Uint8Array): V | undefined {
    const text = bytesText(key)
    const removed = this.#values.get(text)
    if (this.#values.delete(text) && this.#tree) this.#changed.add(text)
    return removed
  }

  /** Rows as of this call. @returns `nothing` if there are none. */
  range({ from, to, reverse = false }: RangeOptions = {}): IterableIterator<readonly [Uint8Array, V]> {
    const range: TextRange = { from: from && bytesText(from), to: to && bytesText(to), reverse }
    const found = this.#upToDate().range(range)
    return found === nothing ? nothing : mapIterator(found, ([text, value]) => [textBytes(text), value])
  }

  /** All of it in no particular order, which costs no tree. Ends with the next change. */
  unordered(): IterableIterator<readonly [Uint8Array, V]> {
    return mapIterator(this.#values.entries(), ([text, value]) => [textBytes(text), value] as const)
  }

  #upToDate(): OrderedTexts<V> {
    const tree = this.#tree ?? this.#grown()
    for (const text of this.#changed) {
      const value = this.#values.get(text)
      if (value === undefined) tree.delete(text)
      else tree.set(text, value)
    }
    this.#changed.clear()
    return tree
  }

  /** In order, each key finds its place in the leaf that was written last. */
  #grown(): OrderedTexts<V> {
    const tree = new OrderedTexts<V>()
    for (const text of [...this.#values.keys()].sort()) tree.set(text, this.#values.get(text)!)
    this.#tree = tree
    return tree
  }
}
