import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startKafka } from '../../test/broker/kafka-broker.ts'
import { benchClient, type InputShape, produceInput } from './input.ts'
import { outputEnds, verifyOutput } from './verify.ts'

export interface PipelineResult {
  readonly pipeline: string
  /** Of the whole input; the rate is measured over most of it. */
  readonly records: number
  readonly seconds: number
  readonly recordsPerSecond: number
  readonly recordsPerCpuSecond: number
  readonly peakRssMiB: number
}

/**
 * Runs the windowed count over a broker of its own, or that of KAFKA_BROKERS, and checks the result. A first run is not
 * counted: it is the broker that warms up in it.
 */
export async function runPipeline(
  pipeline: string,
  kernel: 'auto' | 'off',
  shape: InputShape,
): Promise<PipelineResult> {
  const broker = await startKafka({ heap: '1g', optimize: true })
  const stateDir = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
  const client = benchClient(broker.brokers)
  try {
    await produceInput(client, shape)
    const run = (applicationId: string): Promise<Measured> =>
      runApp([broker.brokers.join(','), applicationId, stateDir, String(shape.partitions), kernel])
    await run('bench-warm-up')
    const starts = await outputEnds(client, shape.partitions)
    const measured = await run('bench')
    await verifyOutput(client, starts, shape.records)
    return {
      pipeline,
      records: measured.records,
      seconds: measured.measured.seconds,
      recordsPerSecond: Math.round(measured.measured.records / measured.measured.seconds),
      recordsPerCpuSecond: Math.round(measured.records / measured.cpuSeconds),
      peakRssMiB: Math.round(measured.peakRssMiB),
    }
  } finally {
    await client.close()
    await broker.stop()
    await rm(stateDir, { recursive: true, force: true })
  }
}

interface Measured {
  /** Of the whole input. */
  readonly records: number
  readonly measured: { readonly records: number; readonly seconds: number }
  readonly cpuSeconds: number
  readonly peakRssMiB: number
}

async function runApp(args: readonly string[]): Promise<Measured> {
  const app = join(import.meta.dirname, 'app.js')
  const { stdout } = await promisify(execFile)(process.execPath, [app, ...args])
  return JSON.parse(stdout) as Measured
}
