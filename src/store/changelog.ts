/** Where a store's changes go. */
export interface ChangelogOptions {
  /** `each`: every put, as Java does. `coalesced`: one record per store key at a commit, the last. */
  readonly mode: 'each' | 'coalesced'
  /** Takes one changelog record; the bytes are good for the call only. @param value null: deleted. */
  append(key: Uint8Array, value: Uint8Array | null, timestamp: number): void
}

interface Change {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
  readonly timestamp: number
}

/** Writes the changes of one store to its changelog. */
export class ChangelogWriter {
  readonly #options: ChangelogOptions
  /** By key as latin1 text; a Map keeps the order in which keys were first set. */
  readonly #changes = new Map<string, Change>()

  constructor(options: ChangelogOptions) {
    this.#options = options
  }

  put(key: Uint8Array, value: Uint8Array | null, timestamp: number): void {
    if (this.#options.mode === 'each') {
      this.#options.append(key, value, timestamp)
      return
    }
    const text = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
    const own = this.#changes.get(text)?.key ?? new Uint8Array(key)
    this.#changes.set(text, { key: own, value: value && new Uint8Array(value), timestamp })
  }

  /** At a commit: writes what was held back, in order of each key's first change since the last flush. */
  flush(): void {
    for (const { key, value, timestamp } of this.#changes.values())
      this.#options.append(key, value, timestamp)
    this.#changes.clear()
  }
}
