import { expect } from 'vitest'

/** Iterators that are read bit by bit while the store they are of changes, and what each should give. */
export class Readings {
  readonly #open: { readonly found: Iterator<unknown>; readonly expected: unknown[] }[] = []

  add(found: Iterator<unknown>, expected: readonly unknown[]): void {
    this.#open.push({ found, expected: [...expected] })
  }

  /** Reads up to `count` entries of each. */
  advance(count: number): void {
    for (const { found, expected } of this.#open)
      for (const entry of expected.splice(0, count)) expect(found.next().value).toEqual(entry)
  }

  finish(): void {
    this.advance(Number.POSITIVE_INFINITY)
    for (const { found } of this.#open) expect(found.next().done).toBe(true)
  }
}
