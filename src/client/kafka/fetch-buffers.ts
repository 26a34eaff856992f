/** Responses below this are cheap to allocate and not kept. */
const smallest = 16 * 1024
const step = 1024 * 1024
const kept = 4

/** Buffers of fetch responses, used again: allocating MiBs a thousand times a second is work for the collector. */
export class FetchBuffers {
  readonly #free: ArrayBuffer[] = []

  take(size: number): Uint8Array {
    if (size < smallest) return new Uint8Array(size)
    const at = this.#free.findIndex((buffer) => buffer.byteLength >= size)
    const buffer =
      at >= 0 ? this.#free.splice(at, 1)[0]! : Buffer.allocUnsafeSlow(Math.ceil(size / step) * step).buffer
    return new Uint8Array(buffer, 0, size)
  }

  /** @param bytes came from `take`, or is a view of what did; nobody reads it any more. */
  recycle({ buffer }: Uint8Array): void {
    if (buffer.byteLength < step || !(buffer instanceof ArrayBuffer)) return
    this.#free.push(buffer)
    this.#free.sort((a, b) => a.byteLength - b.byteLength)
    if (this.#free.length > kept) this.#free.shift()
  }
}

/** A response that lives until every stretch cut from it is released. */
export class SharedResponse {
  readonly #buffers: FetchBuffers
  #bytes: Uint8Array | undefined
  #users = 1

  /** The maker is the first user. */
  constructor(buffers: FetchBuffers, bytes: Uint8Array | undefined) {
    this.#buffers = buffers
    this.#bytes = bytes
  }

  use(): void {
    this.#users++
  }

  release(): void {
    this.#users--
    if (this.#users > 0 || !this.#bytes) return
    this.#buffers.recycle(this.#bytes)
    this.#bytes = undefined
  }
}
