import type { Kernel, RegionKernel } from '../kernel.ts'
import type { RegionProgram } from '../program.ts'
import { ReferenceReader } from './reader.ts'
import { ReferenceRegion } from './region.ts'
import { ReferenceWriters } from './writers.ts'

/**
 * The kernel in plain JavaScript: it defines what is right, and the benchmarks measure the other one against it.
 * It keeps every row in memory, whatever the capacity.
 */
export function createReferenceKernel(program?: RegionProgram): Kernel {
  return new ReferenceKernel(program)
}

class ReferenceKernel implements Kernel {
  readonly reader: ReferenceReader = new ReferenceReader()
  readonly writers: ReferenceWriters = new ReferenceWriters()
  readonly region: RegionKernel | undefined

  constructor(program: RegionProgram | undefined) {
    this.region = program && new ReferenceRegion(program, this.reader, this.writers)
  }

  get memoryBytes(): number {
    return this.reader.loadedBytes + (this.region?.usedBytes ?? 0)
  }
}
