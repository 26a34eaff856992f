const smallest = 4 * 1024
const keptBytes = 32 * 1024 * 1024

/** Buffers that batches are encoded into, used again once the broker has acknowledged them. Sizes are powers of two. */
export class ProduceBuffers {
  readonly #free = new Map<number, ArrayBuffer[]>()
  /** Which buffers are ours: callers may send bytes of their own. */
  readonly #ours = new WeakSet<ArrayBufferLike>()
  #freeBytes = 0

  take(size: number): Uint8Array {
    const capacity = Math.max(smallest, 2 ** Math.ceil(Math.log2(size)))
    const buffer = this.#free.get(capacity)?.pop()
    if (buffer) {
      this.#freeBytes -= capacity
      this.#ours.add(buffer)
      return new Uint8Array(buffer, 0, size)
    }
    const made = Buffer.allocUnsafeSlow(capacity).buffer
    this.#ours.add(made)
    return new Uint8Array(made, 0, size)
  }

  recycle({ buffer }: Uint8Array): void {
    if (!this.#ours.delete(buffer)) return
    const capacity = buffer.byteLength
    if (this.#freeBytes + capacity > keptBytes) return
    this.#freeBytes += capacity
    const free = this.#free.get(capacity)
    if (free) free.push(buffer as ArrayBuffer)
    else this.#free.set(capacity, [buffer as ArrayBuffer])
  }
}
