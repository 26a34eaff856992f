import { StreamsError } from '../../core/errors.ts'

/** Where a response's bytes go; asked once the size and the correlation id are known. */
export type FrameAllocator = (correlationId: number, size: number) => Uint8Array

const prefixSize = 8

/**
 * Cuts what a socket receives into responses: `size int32 | correlation id int32 | the rest`. The rest is copied once,
 * from the socket's reused buffer into the one allocated for it.
 */
export class FrameReader {
  readonly #maxSize: number
  readonly #allocate: FrameAllocator
  readonly #onFrame: (correlationId: number, rest: Uint8Array) => void
  readonly #prefix = new DataView(new ArrayBuffer(prefixSize))
  #prefixFilled = 0
  #rest: Uint8Array | undefined
  #restFilled = 0

  constructor(
    maxSize: number,
    allocate: FrameAllocator,
    onFrame: (correlationId: number, rest: Uint8Array) => void,
  ) {
    this.#maxSize = maxSize
    this.#allocate = allocate
    this.#onFrame = onFrame
  }

  /**
   * @param length bytes of `chunk` that were received
   * @throws StreamsError `protocol-malformed` for a size that cannot be; nothing may be received afterwards.
   */
  receive(chunk: Uint8Array, length: number): void {
    let at = 0
    while (at < length) {
      at += this.#rest ? this.#fill(this.#rest, chunk, at, length) : this.#begin(chunk, at, length)
      if (this.#rest && this.#restFilled === this.#rest.length) this.#end(this.#rest)
    }
  }

  #begin(chunk: Uint8Array, from: number, to: number): number {
    let at = from
    while (at < to && this.#prefixFilled < prefixSize)
      this.#prefix.setUint8(this.#prefixFilled++, chunk[at++]!)
    if (this.#prefixFilled === prefixSize) {
      const size = this.#prefix.getInt32(0)
      if (size < 4 || size > this.#maxSize)
        throw new StreamsError('protocol-malformed', `a response claims to have ${size} bytes`)
      this.#rest = this.#allocate(this.#prefix.getInt32(4), size - 4)
      this.#restFilled = 0
    }
    return at - from
  }

  #fill(rest: Uint8Array, chunk: Uint8Array, from: number, to: number): number {
    const taken = Math.min(to - from, rest.length - this.#restFilled)
    const whole = from === 0 && taken === chunk.length
    rest.set(whole ? chunk : chunk.subarray(from, from + taken), this.#restFilled)
    this.#restFilled += taken
    return taken
  }

  #end(rest: Uint8Array): void {
    this.#rest = undefined
    this.#prefixFilled = 0
    this.#onFrame(this.#prefix.getInt32(4), rest)
  }
}
