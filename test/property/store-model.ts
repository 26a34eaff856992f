import { expect } from 'vitest'
import { compareBytes, hex } from '../../src/core/bytes.ts'
import type { RangeOptions } from '../../src/store/byte-store.ts'

/** Keys in hex, values as text. */
export type Model = ReadonlyMap<string, string>

/** What a range over the model holds, as `key=value`. */
export function inRange(model: Model | undefined, { from, to, reverse }: RangeOptions): string[] {
  return [...(model ?? [])]
    .map(([text, value]) => [Buffer.from(text, 'hex'), value] as const)
    .filter(([k]) => (!from || compareBytes(k, from) >= 0) && (!to || compareBytes(k, to) < 0))
    .sort(([a], [b]) => (reverse ? -1 : 1) * compareBytes(a, b))
    .map(([k, value]) => `${hex(k)}=${value}`)
}

/** Iterators that are read bit by bit while what they iterate over changes. */
export class OpenIterators<V> {
  readonly #textOf: (value: V) => string
  readonly #open: { readonly rows: Iterator<readonly [Uint8Array, V]>; readonly left: string[] }[] = []

  constructor(textOf: (value: V) => string) {
    this.#textOf = textOf
  }

  add(rows: Iterator<readonly [Uint8Array, V]>, expected: string[]): void {
    this.#open.push({ rows, left: expected })
  }

  /** Reads up to `count` rows of each and compares them. */
  advance(count: number): void {
    for (const { rows, left } of this.#open) {
      const found: string[] = []
      while (found.length < count) {
        const item = rows.next()
        if (item.done) break
        found.push(`${hex(item.value[0])}=${this.#textOf(item.value[1])}`)
      }
      expect(found).toEqual(left.splice(0, count))
    }
  }

  finish(): void {
    this.advance(Number.POSITIVE_INFINITY)
  }
}
