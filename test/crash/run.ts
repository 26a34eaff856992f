import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { consoleLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import { startKafka } from '../broker/kafka-broker.ts'
import { CrashRun, type Findings } from './crash-run.ts'
import { isMutation, type Mutation, mutationNames } from './mutations.ts'
import { reasons, summary } from './report.ts'
import { schedule } from './schedule.ts'
import { Tally } from './tally.ts'

const usage = `usage: npm run crash -- [--rounds 20] [--seed 1] [--mutation NAME] [--kernel auto|off]
                         [--broker-signal SIGTERM|SIGKILL] [--keep]

Kills and restarts two workers of the click count on a broker of its own, and proves that each result is there
exactly once. --keep leaves the workers' states and logs behind.
Mutations, each of which must be found out: ${mutationNames.join(', ')}`

interface Arguments {
  readonly rounds: number
  readonly seed: number
  readonly mutation: Mutation | undefined
  readonly kernel: 'auto' | 'off'
  readonly brokerSignal: 'SIGTERM' | 'SIGKILL'
  readonly keep: boolean
}

process.exitCode = await main()

async function main(): Promise<number> {
  const options = readArguments()
  if (typeof options === 'string') {
    console.error(options)
    return 2
  }
  const started = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'millrace-crash-'))
  // Workers and broker are killed when this process exits, but not when a signal ends it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  process.once('exit', () => options.keep || rmSync(folder, { recursive: true, force: true }))
  const tally = new Tally()
  let findings: Findings | undefined
  let failure: Error | undefined
  try {
    findings = await crash(options, folder, tally)
  } catch (error) {
    failure = error as Error
  }
  const seconds = (performance.now() - started) / 1000
  console.log(summary({ rounds: options.rounds, seconds, tally, findings }))
  const found = reasons(tally, findings, failure)
  if (options.keep) console.log(`states and logs: ${folder}`)
  if (found.length === 0) {
    console.log('every result is there exactly once')
    return 0
  }
  console.log(`RED\n${found.map((reason) => `- ${reason}`).join('\n')}`)
  return 1
}

async function crash(
  { rounds, seed, mutation, kernel, brokerSignal }: Arguments,
  folder: string,
  tally: Tally,
): Promise<Findings> {
  const start = performance.now()
  const progress = (text: string): void =>
    console.log(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${text}`)
  const broker = await startKafka()
  const context = { clock: systemClock, logger: consoleLogger, hooks: new Hooks() }
  const client = createKafkaClient({ brokers: broker.brokers, clientId: 'crash-harness' }, context)
  const run = new CrashRun({ seed, mutation, kernel, folder, broker, client, tally, progress })
  try {
    await run.start()
    progress('two workers and the input have started')
    for (const round of schedule(rounds, seed, mutation, brokerSignal)) await run.round(round)
    return await run.verify()
  } finally {
    tally.skippedMarkers = broker.skippedMarkers()
    await run.stop()
    await client.close()
    await broker.stop()
  }
}

/** @returns a text if they are wrong. */
function readArguments(): Arguments | string {
  if (process.env['KAFKA_BROKERS'])
    return 'unset KAFKA_BROKERS: the harness restarts the broker, so it takes one of its own'
  let values: {
    rounds: string
    seed: string
    mutation?: string
    kernel: string
    'broker-signal': string
    keep: boolean
  }
  try {
    values = parseArgs({
      options: {
        rounds: { type: 'string', default: '20' },
        seed: { type: 'string', default: '1' },
        mutation: { type: 'string' },
        kernel: { type: 'string', default: 'auto' },
        'broker-signal': { type: 'string', default: 'SIGTERM' },
        keep: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    return `${(error as Error).message}\n${usage}`
  }
  const { mutation, kernel, keep, 'broker-signal': brokerSignal } = values
  const rounds = Number(values.rounds)
  const seed = Number(values.seed)
  if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) return usage
  if (mutation !== undefined && !isMutation(mutation)) return usage
  if (kernel !== 'auto' && kernel !== 'off') return usage
  if (brokerSignal !== 'SIGTERM' && brokerSignal !== 'SIGKILL') return usage
  return { rounds, seed, mutation, kernel, keep, brokerSignal }
}
