import { concatBytes, putInt64 } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'

/**
 * Writes Kafka's primitive types. The bytes come out as chunks, so that record batches can pass through as they are:
 * `attach` adds a view of the caller's bytes between what is written before and after it.
 */
export class Writer {
  readonly #done: Uint8Array[] = []
  #bytes: Buffer
  #view: DataView
  /** Start of the chunk being written. */
  #from = 0
  #at = 0

  constructor(sizeHint = 256) {
    this.#bytes = Buffer.allocUnsafe(sizeHint)
    this.#view = viewOf(this.#bytes)
  }

  bool(value: boolean): void {
    this.int8(value ? 1 : 0)
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) throw tooWide(value, 'int8')
    const at = this.#reserve(1)
    this.#view.setInt8(at, value)
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) throw tooWide(value, 'int16')
    const at = this.#reserve(2)
    this.#view.setInt16(at, value)
  }

  int32(value: number): void {
    if ((value | 0) !== value) throw tooWide(value, 'int32')
    const at = this.#reserve(4)
    this.#view.setInt32(at, value)
  }

  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw tooWide(value, 'int64')
    const at = this.#reserve(8)
    putInt64(this.#view, at, value)
  }

  float64(value: number): void {
    const at = this.#reserve(8)
    this.#view.setFloat64(at, value)
  }

  /** An unsigned varint of at most 31 bits. */
  varint(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      this.#byte((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.#byte(rest)
  }

  uuid(value: string): void {
    const digits = value.replaceAll('-', '')
    if (!/^[0-9a-f]{32}$/i.test(digits))
      throw new StreamsError('value-out-of-range', `'${value}' is not a uuid`)
    const at = this.#reserve(16)
    this.#bytes.write(digits, at, 'hex')
  }

  /** Text of a known size; see `utf8Size`. */
  utf8(value: string, size: number): void {
    const at = this.#reserve(size)
    this.#bytes.write(value, at, size, 'utf8')
  }

  /** Copies the bytes. */
  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length)
    this.#bytes.set(value, at)
  }

  /** Adds the bytes without copying them: they must stay unchanged until the chunks are sent. */
  attach(value: Uint8Array): void {
    if (value.length === 0) return
    this.#close()
    this.#done.push(value)
  }

  /** What was written, in order; views of the writer's and the attached bytes. */
  chunks(): Uint8Array[] {
    this.#close()
    return this.#done
  }

  /** What was written, in one piece. */
  finish(): Uint8Array {
    const chunks = this.chunks()
    return chunks.length === 1 ? chunks[0]! : concatBytes(chunks)
  }

  #byte(value: number): void {
    const at = this.#reserve(1)
    this.#view.setUint8(at, value)
  }

  #close(): void {
    if (this.#at > this.#from) this.#done.push(plain(this.#bytes, this.#from, this.#at))
    this.#from = this.#at
  }

  #reserve(size: number): number {
    if (this.#at + size > this.#bytes.length) this.#grow(size)
    const at = this.#at
    this.#at = at + size
    return at
  }

  #grow(size: number): void {
    const kept = this.#bytes.subarray(this.#from, this.#at)
    this.#bytes = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, kept.length + size))
    this.#view = viewOf(this.#bytes)
    this.#bytes.set(kept)
    this.#from = 0
    this.#at = kept.length
  }
}

export function utf8Size(value: string): number {
  return Buffer.byteLength(value)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

function plain(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from)
}

function tooWide(value: number, type: string): StreamsError {
  return new StreamsError('value-out-of-range', `${value} does not fit an ${type} of the Kafka protocol`)
}
