import type { KernelExports } from '../abi.ts'

/** Views of a kernel's memory, made anew when it has grown (which detaches the old ones). */
export class LinearMemory {
  readonly #memory: KernelExports['memory']
  bytes: Uint8Array
  words: Int32Array
  doubles: Float64Array

  constructor(memory: KernelExports['memory']) {
    this.#memory = memory
    this.bytes = new Uint8Array(memory.buffer)
    this.words = new Int32Array(memory.buffer)
    this.doubles = new Float64Array(memory.buffer)
  }

  /** To be called after every call that may allocate. A detached array has length 0. */
  refresh(): void {
    if (this.bytes.length > 0) return
    this.bytes = new Uint8Array(this.#memory.buffer)
    this.words = new Int32Array(this.#memory.buffer)
    this.doubles = new Float64Array(this.#memory.buffer)
  }

  /** An address stored in memory. */
  address(at: number): number {
    return this.words[at >>> 2]! >>> 0
  }

  /** A little-endian int64 within +-2^53. */
  int64(at: number): number {
    return this.words[(at >>> 2) + 1]! * 0x1_0000_0000 + (this.words[at >>> 2]! >>> 0)
  }

  /** Copies short arrays byte by byte: below some 32 bytes `set` costs more. */
  put(at: number, from: Uint8Array): void {
    if (from.length > 32) this.bytes.set(from, at)
    else for (let i = 0; i < from.length; i++) this.bytes[at + i] = from[i]!
  }
}
