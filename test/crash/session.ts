import { mkdirSync } from 'node:fs'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import { startCrashCluster } from './crash-cluster.ts'
import { CrashRun, type Findings } from './crash-run.ts'
import { type Blame, blame } from './markers/blame.ts'
import { MarkerAudit } from './markers/marker-audit.ts'
import type { Mutation } from './mutations.ts'
import type { Scenario } from './scenario/scenario.ts'
import { stepThatShows } from './step-that-shows.ts'
import { Tally } from './tally.ts'
import type { WorkerSettings } from './worker-messages.ts'

/** One broker, one pair of workers, and the rounds that they go through before they are held against the model. */
export interface SessionPlan {
  readonly seed: number
  readonly rounds: readonly Scenario[]
  readonly mutation: Mutation | undefined
}

export interface SessionOptions {
  readonly folder: string
  readonly kernel: 'auto' | 'off'
  readonly settings: WorkerSettings
  progress(text: string): void
}

/** A round as it was. */
export interface RoundReport {
  readonly scenario: string
  readonly kills: number
  readonly killsInTransaction: number
  readonly killsInEndTxn: number
  readonly aborts: number
  /** From the end of the fault until both workers run, share all tasks, and have committed; ms. */
  readonly recoveryMs: number
  readonly ms: number
}

export interface SessionReport {
  readonly plan: SessionPlan
  readonly rounds: readonly RoundReport[]
  readonly tally: Tally
  /** Absent if it did not get so far. */
  readonly findings: Findings | undefined
  /** Of what is wrong; absent unless a lone broker may have dropped markers. */
  readonly blame: Blame | undefined
  /** What it could not go on after. */
  readonly failure: Error | undefined
  readonly seconds: number
}

export async function runSession(plan: SessionPlan, options: SessionOptions): Promise<SessionReport> {
  const { seed, mutation, rounds: scenarios } = plan
  const { folder, kernel, settings, progress } = options
  const started = performance.now()
  const tally = new Tally()
  const rounds: RoundReport[] = []
  let findings: Findings | undefined
  let failure: Error | undefined
  let blamed: Blame | undefined
  try {
    const setting = scenarios[0]?.setting ?? {}
    await using cluster = await startCrashCluster(setting.brokers ?? 1, setting.broker)
    const context = { clock: systemClock, logger: silentLogger, hooks: new Hooks() }
    const client = createKafkaClient({ brokers: cluster.brokers, clientId: 'crash-harness' }, context)
    mkdirSync(folder, { recursive: true })
    const all = { seed, mutation, kernel, folder, cluster, client, tally, progress }
    const run = new CrashRun({
      ...all,
      settings: { ...settings, ...setting.workers },
      transactions: !setting.plainInput,
    })
    try {
      await run.start()
      progress('two workers and the input have started')
      for (const scenario of scenarios) rounds.push(await playRound(run, scenario, plan, progress))
      findings = await run.verify()
    } finally {
      tally.skippedMarkers = cluster.skippedMarkers()
      if (tally.skippedMarkers > 0 && cluster.dataFolder !== undefined)
        blamed = blame(findings?.verdicts ?? [], new MarkerAudit(cluster.dataFolder))
      await run.stop()
      await client.close()
    }
  } catch (error) {
    failure = error as Error
  }
  return {
    plan,
    rounds,
    tally,
    findings,
    blame: blamed,
    failure,
    seconds: (performance.now() - started) / 1000,
  }
}

async function playRound(
  run: CrashRun,
  scenario: Scenario,
  { mutation }: SessionPlan,
  progress: (text: string) => void,
): Promise<RoundReport> {
  const { tally } = run
  const { kills, killsInTransaction, killsInEndTxn, aborts } = tally
  const began = performance.now()
  await run.whole(run.random.int(1, 4))
  const done = await (mutation ? stepThatShows(mutation, run) : scenario.round(run))
  const ended = performance.now()
  run.feeder.start()
  await run.whole()
  const recovered = performance.now()
  progress(`${scenario.name}: ${done}; whole again after ${((recovered - ended) / 1000).toFixed(1)} s`)
  return {
    scenario: scenario.name,
    kills: tally.kills - kills,
    killsInTransaction: tally.killsInTransaction - killsInTransaction,
    killsInEndTxn: tally.killsInEndTxn - killsInEndTxn,
    aborts: tally.aborts - aborts,
    recoveryMs: recovered - ended,
    ms: recovered - began,
  }
}
