import type { RecordingLevel } from '../../src/core/metrics-options.ts'
import { type Benchmark, type BenchOptions, type Measured, median, millions } from '../benchmark.ts'
import { BenchCluster } from '../cluster/bench-cluster.ts'
import { writeClicks } from '../load/clicks.ts'
import { type Throughput, throughput } from '../pipeline/throughput.ts'
import { inputTopic, outputTopic } from '../topology/topics.ts'
import { meterCost } from './meter-cost.ts'

const rounds = 5
const levels = ['off', 'info'] as const

export const metricsCost: Benchmark = {
  what: 'the windowed count with metrics at info and without, in turn; and what a turn of the loop spends on them',
  run,
}

async function* run({ records = 5_000_000 }: BenchOptions): AsyncIterable<Measured> {
  for (const level of levels) yield costRow(level)
  await using cluster = await BenchCluster.start()
  await cluster.createTopics(inputTopic, outputTopic)
  await writeClicks(cluster.client, inputTopic, { records, keys: 100_000, windows: 12, draw: 'random' })
  const measured = new Map(levels.map((level) => [level, [] as Throughput[]]))
  // The first round warms the broker up. Who goes first changes, so that neither always follows the other.
  for (let round = 0; round <= rounds; round++) {
    for (const level of round % 2 === 0 ? levels : levels.toReversed()) {
      const one = await drain(cluster, `metrics-${level}-${round}`, level, records)
      if (round > 0) measured.get(level)!.push(one)
    }
  }
  for (const level of levels) yield row(level, measured.get(level)!, measured.get('off')!)
}

async function drain(
  cluster: BenchCluster,
  applicationId: string,
  metricsRecordingLevel: RecordingLevel,
  records: number,
): Promise<Throughput> {
  const options = { applicationId, metricsRecordingLevel }
  const instance = cluster.start({ name: applicationId, topology: 'windowed-count', options })
  const measured = await throughput([instance], records)
  await instance.close()
  return measured
}

/** Ratios are of runs of the same round, which saw the same load of the machine. */
function row(level: RecordingLevel, rounds: readonly Throughput[], without: readonly Throughput[]): Measured {
  const perSecond = median(rounds.map(({ recordsPerSecond }) => recordsPerSecond))
  const perCpuSecond = median(rounds.map(({ recordsPerCpuSecond }) => recordsPerCpuSecond))
  const ratios = rounds.map((one, i) => one.recordsPerSecond / without[i]!.recordsPerSecond)
  const cpuRatios = rounds.map((one, i) => one.recordsPerCpuSecond / without[i]!.recordsPerCpuSecond)
  const [ratio, cpuRatio] = [median(ratios), median(cpuRatios)]
  const from = Math.min(...cpuRatios).toFixed(3)
  const to = Math.max(...cpuRatios).toFixed(3)
  return {
    benchmark: 'metrics',
    text: `metrics ${level}: ${millions(perSecond)} M records/s, ${ratio.toFixed(3)} times the rate without; ${millions(perCpuSecond)} M per client CPU second, ${cpuRatio.toFixed(3)} times (${from} to ${to}; median of ${rounds.length})`,
    figures: { benchmark: 'metrics', level, perSecond, perCpuSecond, ratio, cpuRatio },
  }
}

function costRow(level: RecordingLevel): Measured {
  const nsPerTurn = meterCost(level)
  return {
    benchmark: 'metrics',
    text: `metrics ${level}: ${nsPerTurn.toFixed(0)} ns a turn of the loop with one stretch, ${(nsPerTurn / 16_384).toFixed(3)} ns a record of a full one`,
    figures: { benchmark: 'metrics', level, nsPerTurn },
  }
}
