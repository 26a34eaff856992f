import type { KernelExports } from '../abi.ts'
import type { BatchReader, BatchWriters, Kernel, RegionKernel } from '../kernel.ts'
import type { RegionProgram } from '../program.ts'
import { LinearMemory } from './linear-memory.ts'
import { WasmBatchReader } from './reader.ts'
import { WasmRegion } from './region.ts'
import { WasmBatchWriters } from './writers.ts'

/** One instance of the kernel: its memory is this task's alone. */
export class WasmKernel implements Kernel {
  readonly reader: BatchReader
  readonly writers: BatchWriters
  readonly region: RegionKernel | undefined
  readonly #exports: KernelExports

  constructor(exports: KernelExports, program: RegionProgram | undefined) {
    const memory = new LinearMemory(exports.memory)
    this.#exports = exports
    const reader = new WasmBatchReader(exports, memory)
    this.reader = reader
    this.region = program && new WasmRegion(program, exports, memory, reader)
    this.writers = new WasmBatchWriters(exports, memory)
  }

  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength
  }
}
