import { StreamsError } from './errors.ts'

/**
 * Rows on their way to a store, packed into one buffer so that the kernel can write them and an engine can read
 * them without an object a row: `keyLength u32le | valueLength u32le (0xffffffff: delete the key) | key | value`,
 * the next row following without padding.
 */
export class PackedRows {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(4096)
  #view: DataView<ArrayBuffer> = new DataView(this.#bytes.buffer)
  #size = 0

  /** @param value null deletes the key. */
  add(key: Uint8Array, value: Uint8Array | null): void {
    const end = this.#size + 8 + key.length + (value?.length ?? 0)
    if (end > this.#bytes.length) this.#grow(end)
    this.#view.setUint32(this.#size, key.length, true)
    this.#view.setUint32(this.#size + 4, value ? value.length : deleted, true)
    this.#bytes.set(key, this.#size + 8)
    if (value) this.#bytes.set(value, this.#size + 8 + key.length)
    this.#size = end
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size)
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    bytes.set(this.#bytes.subarray(0, this.#size))
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}

const deleted = 0xffff_ffff

/**
 * Calls `visit` for each row with positions in `packed`; `valueLength` is -1 for a deletion.
 * @throws StreamsError `internal` when a row reaches past the end.
 */
export function forEachRowAt(
  packed: Uint8Array,
  visit: (keyAt: number, keyLength: number, valueAt: number, valueLength: number) => void,
): void {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  let at = 0
  while (at < packed.length) {
    if (at + 8 > packed.length) throw pastTheEnd(at)
    const keyLength = view.getUint32(at, true)
    const valueLength = view.getUint32(at + 4, true)
    const keyAt = at + 8
    const valueAt = keyAt + keyLength
    at = valueLength === deleted ? valueAt : valueAt + valueLength
    if (at > packed.length) throw pastTheEnd(keyAt - 8)
    visit(keyAt, keyLength, valueAt, valueLength === deleted ? -1 : valueLength)
  }
}

/** Calls `visit` for each row, in order; the arrays are views of `packed`. */
export function forEachRow(
  packed: Uint8Array,
  visit: (key: Uint8Array, value: Uint8Array | null) => void,
): void {
  forEachRowAt(packed, (keyAt, keyLength, valueAt, valueLength) => {
    const key = packed.subarray(keyAt, keyAt + keyLength)
    visit(key, valueLength < 0 ? null : packed.subarray(valueAt, valueAt + valueLength))
  })
}

export function countRows(packed: Uint8Array): number {
  let rows = 0
  forEachRowAt(packed, () => rows++)
  return rows
}

function pastTheEnd(at: number): StreamsError {
  return new StreamsError('internal', `the packed row at ${at} reaches past the end`)
}
