import { StreamsError } from '../core/errors.ts'

/**
 * Reads Kafka's primitive types from bytes that a peer sent. Every length and count is checked against the bytes
 * present before it is used; what does not fit throws StreamsError `protocol-malformed`.
 */
export class Reader {
  readonly #bytes: Uint8Array
  readonly #text: Buffer
  readonly #view: DataView
  readonly #what: string
  #at = 0
  #end: number

  /** @param what what is being read, for the error message: `Fetch v12 response`. */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#what = what
    this.#end = bytes.length
  }

  get remaining(): number {
    return this.#end - this.#at
  }

  malformed(problem: string): StreamsError {
    return new StreamsError('protocol-malformed', `${this.#what}: ${problem} at byte ${this.#at}`)
  }

  bool(): boolean {
    return this.int8() !== 0
  }

  int8(): number {
    return this.#view.getInt8(this.#take(1))
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2))
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4))
  }

  /** A number, so only integers that a number holds exactly; offsets and ids are far below 2^53. */
  int64(): number {
    const at = this.#take(8)
    const value = this.#view.getInt32(at) * 0x1_0000_0000 + this.#view.getUint32(at + 4)
    if (Number.isSafeInteger(value)) return value
    throw this.malformed(`int64 ${this.#view.getBigInt64(at)} is beyond 2^53`)
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8))
  }

  /** An unsigned varint of at most 31 bits: what lengths, counts and tags can be. */
  varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#take(1)]!
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) {
        if (value <= 0x7fff_ffff) return value
        break
      }
    }
    throw this.malformed('varint beyond 31 bits')
  }

  /** 16 bytes in the form of 8-4-4-4-12 hexadecimal digits. */
  uuid(): string {
    const at = this.#take(16)
    const digits = this.#text.toString('hex', at, at + 16)
    return [
      digits.slice(0, 8),
      digits.slice(8, 12),
      digits.slice(12, 16),
      digits.slice(16, 20),
      digits.slice(20),
    ].join('-')
  }

  utf8(length: number): string {
    const at = this.#take(length)
    return this.#text.toString('utf8', at, at + length)
  }

  /** A view, not a copy. */
  bytes(length: number): Uint8Array {
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  skip(length: number): void {
    this.#take(length)
  }

  /** Checks the count of an array: every element takes a byte or more. */
  count(count: number): number {
    if (count < 0 || count > this.remaining)
      throw this.malformed(`${count} elements in ${this.remaining} bytes`)
    return count
  }

  /** Reads a part that must take exactly `length` bytes. */
  within<T>(length: number, read: (reader: Reader) => T): T {
    const outer = this.#end
    if (length > this.remaining) throw this.malformed(`${length} bytes wanted, ${this.remaining} left`)
    this.#end = this.#at + length
    const value = read(this)
    this.finish()
    this.#end = outer
    return value
  }

  /** Nothing may be left over: bytes that nobody asked for mean that the two sides disagree about the version. */
  finish(): void {
    if (this.remaining !== 0) throw this.malformed(`${this.remaining} bytes left over`)
  }

  #take(length: number): number {
    const at = this.#at
    if (length < 0 || length > this.#end - at)
      throw this.malformed(`${length} bytes wanted, ${this.#end - at} left`)
    this.#at = at + length
    return at
  }
}
