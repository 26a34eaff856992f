import { type Benchmark, type BenchOptions, type Measured, millions } from '../benchmark.ts'
import { BenchCluster } from '../cluster/bench-cluster.ts'
import { writeClicks } from '../load/clicks.ts'
import { type Throughput, throughput } from '../pipeline/throughput.ts'
import { inputTopic, outputTopic } from '../topology/topics.ts'

const mebibyte = 2 ** 20
/** What a row of the count takes in the kernel's table: entry, 12 bytes of key, slot. */
const rowBytes = 80
const kernels = ['auto', 'off'] as const
/** How many times the budget the state is; below 1 all of it stays in memory. */
const excesses = [0.5, 5] as const

export const memoryBudget: Benchmark = {
  what: 'the count of clicks with a state of half the memory budget and of five times it, each key met twice',
  run,
}

async function* run({ records = 500_000 }: BenchOptions): AsyncIterable<Measured> {
  await using cluster = await BenchCluster.start()
  await cluster.createTopics(inputTopic, outputTopic)
  const keys = Math.floor(records / 2)
  // All keys in turn: the second time a key comes, its row has been out of memory for the longest time possible.
  await writeClicks(cluster.client, inputTopic, { records, keys, windows: 12, draw: 'in-turn' })
  for (const kernel of kernels) {
    let within: Throughput | undefined
    for (const excess of excesses) {
      const stateMemory = Math.max(mebibyte, Math.floor((keys * rowBytes) / excess))
      const measured = await drain(cluster, kernel, stateMemory, records)
      within ??= measured
      yield row(kernel, { excess, stateMemory, keys }, measured, within)
    }
  }
}

async function drain(
  cluster: BenchCluster,
  kernel: (typeof kernels)[number],
  stateMemory: number,
  records: number,
): Promise<Throughput> {
  const applicationId = `memory-${kernel}-${stateMemory}`
  const options = { applicationId, kernel, stateMemory }
  const instance = cluster.start({ name: applicationId, topology: 'count', options })
  const measured = await throughput([instance], records)
  await instance.kill()
  return measured
}

function row(
  kernel: (typeof kernels)[number],
  { excess, stateMemory, keys }: { excess: number; stateMemory: number; keys: number },
  { recordsPerSecond, recordsPerCpuSecond, peakRssMiB }: Throughput,
  within: Throughput,
): Measured {
  const ratio = recordsPerSecond / within.recordsPerSecond
  const way = kernel === 'auto' ? 'kernel' : 'record at a time'
  const budgetMiB = stateMemory / mebibyte
  return {
    benchmark: 'memory',
    text: `memory, ${way}: state of ${excess} times the budget of ${budgetMiB.toFixed(1)} MiB (${keys} rows): ${millions(recordsPerSecond)} M records/s, ${ratio.toFixed(2)} times the rate within it; ${millions(recordsPerCpuSecond)} M per CPU second; ${peakRssMiB} MiB RSS at most (${within.peakRssMiB} within it)`,
    figures: {
      benchmark: 'memory',
      kernel,
      excess,
      budgetMiB,
      keys,
      recordsPerSecond,
      recordsPerCpuSecond,
      ratio,
      peakRssMiB,
    },
  }
}
