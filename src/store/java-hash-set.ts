import { bytesText, textBytes } from './bytes-text.ts'

const firstCapacity = 16
const loadFactor = 0.75

/** A set of bytes in the order in which Java's HashSet of Bytes would give them: suppress buffers log in that order. */
export class JavaHashSet {
  /** Keys as latin1 text. */
  readonly #keys = new Set<string>()
  /** It never shrinks. */
  #capacity = firstCapacity

  add(key: Uint8Array): void {
    this.#keys.add(bytesText(key))
    if (this.#keys.size > this.#capacity * loadFactor) this.#capacity *= 2
  }

  /** @returns all of them, by bucket and then in order of addition. */
  take(): Uint8Array[] {
    const keys = [...this.#keys].map(textBytes)
    this.#keys.clear()
    const bucketOf = (key: Uint8Array): number => spread(hashCode(key)) & (this.#capacity - 1)
    return keys
      .map((key) => ({ key, bucket: bucketOf(key) }))
      .sort((a, b) => a.bucket - b.bucket)
      .map(({ key }) => key)
  }
}

/** Arrays.hashCode(byte[]) */
function hashCode(bytes: Uint8Array): number {
  let hash = 1
  for (const byte of bytes) hash = (Math.imul(31, hash) + ((byte << 24) >> 24)) | 0
  return hash
}

/** HashMap.hash */
function spread(hash: number): number {
  return hash ^ (hash >>> 16)
}
