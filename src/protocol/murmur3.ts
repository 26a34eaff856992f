/** Murmur3.DEFAULT_SEED */
const seed = 104_729
const blockBytes = 16

/**
 * MurmurHash3 of 128 bits for 64-bit machines, as in Java Streams' `Murmur3.hash128`.
 * @returns 16 bytes: its two longs, big-endian.
 */
export function murmur3(bytes: Uint8Array): Uint8Array {
  const whole = bytes.length - (bytes.length % blockBytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const h1 = new Int64(0, seed)
  const h2 = new Int64(0, seed)
  for (let at = 0; at < whole; at += blockBytes) {
    h1.xor(mix1(view, at)).rotate(27).add(h2).multiply(five).add(n1)
    h2.xor(mix2(view, at + 8))
      .rotate(31)
      .add(h1)
      .multiply(five)
      .add(n2)
  }
  if (bytes.length > whole) {
    const padded = new Uint8Array(blockBytes)
    padded.set(bytes.subarray(whole))
    const tail = new DataView(padded.buffer)
    h1.xor(mix1(tail, 0))
    h2.xor(mix2(tail, 8))
  }
  const length = new Int64(0, bytes.length)
  h1.xor(length)
  h2.xor(length)
  h1.add(h2)
  h2.add(h1)
  finish(h1)
  finish(h2)
  h1.add(h2)
  h2.add(h1)
  const hash = new Uint8Array(16)
  const result = new DataView(hash.buffer)
  h1.write(result, 0)
  h2.write(result, 8)
  return hash
}

/** A 64-bit integer that changes in place and wraps around: a BigInt takes several times as long. */
class Int64 {
  #high: number
  #low: number

  constructor(high: number, low: number) {
    this.#high = high
    this.#low = low
  }

  static read(view: DataView, at: number): Int64 {
    return new Int64(view.getInt32(at + 4, true), view.getInt32(at, true))
  }

  write(view: DataView, at: number): void {
    view.setInt32(at, this.#high)
    view.setInt32(at + 4, this.#low)
  }

  xor(other: Int64): this {
    this.#high ^= other.#high
    this.#low ^= other.#low
    return this
  }

  add(other: Int64): this {
    const low = (this.#low >>> 0) + (other.#low >>> 0)
    this.#high = (this.#high + other.#high + (low > 0xffff_ffff ? 1 : 0)) | 0
    this.#low = low | 0
    return this
  }

  multiply(other: Int64): this {
    const a1 = this.#low >>> 16
    const a0 = this.#low & 0xffff
    const b1 = other.#low >>> 16
    const b0 = other.#low & 0xffff
    const middle = a1 * b0 + a0 * b1 + Math.floor((a0 * b0) / 0x1_0000)
    const carry = a1 * b1 + Math.floor(middle / 0x1_0000)
    const cross = Math.imul(this.#high, other.#low) + Math.imul(this.#low, other.#high)
    this.#high = (carry + cross) | 0
    this.#low = Math.imul(this.#low, other.#low)
    return this
  }

  /** Left, by 1 to 63 bits other than 32. */
  rotate(bits: number): this {
    const high = bits < 32 ? this.#high : this.#low
    const low = bits < 32 ? this.#low : this.#high
    const left = bits & 31
    this.#high = (high << left) | (low >>> (32 - left))
    this.#low = (low << left) | (high >>> (32 - left))
    return this
  }

  /** With itself shifted right by 33 bits. */
  xorShifted33(): this {
    this.#low ^= this.#high >>> 1
    return this
  }
}

const c1 = new Int64(0x87c3_7b91, 0x1142_53d5)
const c2 = new Int64(0x4cf5_ad43, 0x2745_937f)
const five = new Int64(0, 5)
const n1 = new Int64(0, 0x52dc_e729)
const n2 = new Int64(0, 0x3849_5ab5)
const f1 = new Int64(0xff51_afd7, 0xed55_8ccd)
const f2 = new Int64(0xc4ce_b9fe, 0x1a85_ec53)

function mix1(view: DataView, at: number): Int64 {
  return Int64.read(view, at).multiply(c1).rotate(31).multiply(c2)
}

function mix2(view: DataView, at: number): Int64 {
  return Int64.read(view, at).multiply(c2).rotate(33).multiply(c1)
}

function finish(hash: Int64): void {
  hash.xorShifted33().multiply(f1).xorShifted33().multiply(f2).xorShifted33()
}
