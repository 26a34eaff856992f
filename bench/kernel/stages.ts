import { Bench } from 'tinybench'
import { utf8 } from '../../src/core/bytes.ts'
import type { Kernel, ProducerStamp } from '../../src/kernel/kernel.ts'
import { createWasmKernel } from '../../src/kernel/load.ts'
import type { RegionProgram } from '../../src/kernel/program.ts'
import { createReferenceKernel } from '../../src/kernel/reference/kernel.ts'
import type { Benchmark, Measured } from '../benchmark.ts'

export const kernelStages: Benchmark = {
  what: 'ns per record of each stage of the kernel, and of its reference in JavaScript; median',
  async *run() {
    const inputs = Array.from({ length: batches }, (_, batch) => encoded(clicks(batch)))
    for (const row of await stagesOf('wasm', createWasmKernel, inputs)) yield measured(row)
    for (const row of await stagesOf('reference', createReferenceKernel, inputs)) yield measured(row)
  },
}

interface StageRow {
  readonly stage: string
  readonly kernel: 'wasm' | 'reference'
  readonly nsPerRecord: number
}

function measured(row: StageRow): Measured {
  const { stage, kernel, nsPerRecord } = row
  return {
    benchmark: 'kernel',
    text: `${stage.padEnd(28)} ${kernel.padEnd(10)} ${nsPerRecord.toFixed(1).padStart(9)} ns/record`,
    figures: { ...row },
  }
}

const records = 1000
/** Enough batches that rows do not all lie in the processor's caches. */
const batches = 200
const keys = 100_000
const windowMs = 300_000

const stamp: ProducerStamp = { producerId: 1, producerEpoch: 0, sequence: 0, transactional: true }

/** The click count: event time from a JSON field, five-minute windows. */
const silent: RegionProgram = {
  keyFormat: 'utf8',
  valueFormat: 'json',
  fields: [['timestamp']],
  timestamp: { field: 0, unitMs: 1 },
  aggregate: {
    kind: 'count',
    nullValues: 'count',
    windows: { sizeMs: windowMs, graceMs: windowMs, retentionMs: 12 * windowMs, segmentMs: 6 * windowMs },
  },
  batchBytes: 256 * 1024,
}

/** The same with an output and a changelog record for each change. */
const emitting: RegionProgram = {
  ...silent,
  changelog: { mode: 'each' },
  output: { key: [{ kind: 'key' }, { kind: 'start' }], partitions: 1, partitionBy: 'key' },
}

interface Click {
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly timestamp: number
}

/** About 100 bytes each, keys at random, times in order: the same in every run. */
function clicks(batch: number): Click[] {
  return Array.from({ length: records }, (_, i) => {
    const number = batch * records + i
    const user = (Math.imul(number + 1, 2_654_435_761) >>> 0) % keys
    const timestamp = 1_700_000_100_000 + number
    return {
      key: utf8(`user-${String(user).padStart(8, '0')}`),
      value: utf8(`{"page":"/products/${user % 50}","timestamp":${timestamp},"user":${user},"ms":12.5}`),
      timestamp,
    }
  })
}

function append(kernel: Kernel, writer: number, batch: readonly Click[]): void {
  for (const { timestamp, key, value } of batch) kernel.writers.append(writer, timestamp, key, value)
}

function encoded(batch: readonly Click[]): Uint8Array {
  const kernel = createWasmKernel()
  const writer = kernel.writers.open(1024 * 1024)
  append(kernel, writer, batch)
  return kernel.writers.close(writer, stamp).slice()
}

async function stagesOf(
  kernel: StageRow['kernel'],
  create: (program?: RegionProgram) => Kernel,
  inputs: readonly Uint8Array[],
): Promise<StageRow[]> {
  const bench = new Bench({ time: 500, warmupTime: 250 })
  let round = 0
  const next = (): Uint8Array => inputs[round++ % inputs.length]!

  const plain = create()
  bench.add('decode, CRC checked', () => {
    plain.reader.load([next()], 0)
    plain.reader.decode()
  })
  const counting = create(silent)
  const emit = create(emitting)
  bench.add('check and extract', () => counting.region!.check(), {
    beforeEach: () => decode(counting, next()),
  })
  bench.add('locate', () => counting.region!.locate(), {
    beforeEach: () => {
      decode(counting, next())
      counting.region!.check()
    },
    afterEach: () => apply(counting),
  })
  bench.add('aggregate', () => apply(counting), { beforeEach: () => locate(counting, next()) })
  bench.add('aggregate and emit', () => apply(emit), { beforeEach: () => locate(emit, next()) })
  bench.add('all of it', () => {
    locate(emit, next())
    apply(emit)
  })

  const batch = clicks(0)
  const writer = plain.writers.open(1024 * 1024)
  bench.add('append', () => append(plain, writer, batch), {
    afterEach: () => void plain.writers.close(writer, stamp),
  })
  bench.add('close, with CRC', () => plain.writers.close(writer, stamp), {
    beforeEach: () => append(plain, writer, batch),
  })

  await bench.run()
  return bench.tasks.map(({ name, result }) => {
    if (result.state !== 'completed')
      throw new Error(`stage '${name}' of the ${kernel} kernel ${result.state}`)
    return { stage: name, kernel, nsPerRecord: (result.latency.p50 * 1e6) / records }
  })
}

function decode({ reader }: Kernel, input: Uint8Array): void {
  reader.load([input], 0)
  reader.decode()
}

function locate(kernel: Kernel, input: Uint8Array): void {
  decode(kernel, input)
  kernel.region!.check()
  kernel.region!.locate()
}

function apply({ region, writers }: Kernel): void {
  for (let full = region!.apply(); full >= 0; full = region!.apply()) writers.close(full, stamp)
}
