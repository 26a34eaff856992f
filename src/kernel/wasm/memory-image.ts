import { utf8 } from '../../core/bytes.ts'

/** Tables for the kernel: pieces one after the other, 8-aligned, which refer to each other by address. */
export class MemoryImage {
  readonly #base: number
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024)
  #view: DataView<ArrayBuffer> = new DataView(this.#bytes.buffer)
  #size = 0

  /** @param base the address that the image will lie at, a multiple of 8. */
  constructor(base: number) {
    this.#base = base
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size)
  }

  /** @returns the address of so many zero bytes. */
  reserve(bytes: number): number {
    const at = this.#size
    this.#size = (at + bytes + 7) & ~7
    if (this.#size > this.#bytes.length) {
      const larger = new Uint8Array(this.#size * 2)
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return this.#base + at
  }

  text(text: string): { readonly at: number; readonly length: number } {
    const bytes = utf8(text)
    const at = this.reserve(bytes.length)
    this.#bytes.set(bytes, at - this.#base)
    return { at, length: bytes.length }
  }

  /** Writes 32-bit words at an address within. */
  words(at: number, ...words: readonly number[]): void {
    words.forEach((word, i) => {
      this.#view.setInt32(at - this.#base + i * 4, word, true)
    })
  }

  doubles(at: number, ...doubles: readonly number[]): void {
    doubles.forEach((double, i) => {
      this.#view.setFloat64(at - this.#base + i * 8, double, true)
    })
  }
}
