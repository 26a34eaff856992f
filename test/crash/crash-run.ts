import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../src/client/client.ts'
import type { FaultProxy } from '../broker/fault-proxy.ts'
import { caughtUp } from './caught-up.ts'
import { type CrashCluster, workerNames } from './crash-cluster.ts'
import { Feeder } from './feeder.ts'
import { InputLog } from './input-log.ts'
import { userClicks } from './job.ts'
import type { Mutation } from './mutations.ts'
import {
  deadLetters,
  maxPaidBytes,
  orders,
  paid,
  pipelinePartitions,
  pipelineTopics,
  userVisits,
} from './pipeline.ts'
import { type PipelineInputs, PipelineModel } from './pipeline-model.ts'
import { Random } from './random.ts'
import type { Tally } from './tally.ts'
import type { TransactionState } from './transaction-flag.ts'
import { storeQuestions, verifyOutputs } from './verification.ts'
import { type OutputVerdict, verifyStore } from './verify.ts'
import type { WorkerSettings } from './worker-messages.ts'
import { type StartOptions, WorkerProcess } from './worker-process.ts'

export interface CrashRunOptions {
  readonly seed: number
  readonly mutation: Mutation | undefined
  readonly kernel: 'auto' | 'off'
  readonly folder: string
  readonly cluster: CrashCluster
  readonly client: Client
  readonly tally: Tally
  readonly settings: WorkerSettings
  /** Whether some of the input is to be in transactions. */
  readonly transactions: boolean
  /** Told what is being done. */
  progress(text: string): void
}

export interface Findings {
  readonly model: PipelineModel
  readonly verdicts: readonly OutputVerdict[]
  readonly wrongStoreValues: readonly string[]
  readonly storeValues: number
  readonly aborted: number
  readonly skipped: number
  readonly problems: readonly string[]
}

/** Of the pipeline: so many subtopologies. */
export const taskCount = 4 * pipelinePartitions

/** Two workers, inputs that go on, and what scenarios do them with. */
export class CrashRun {
  readonly random: Random
  readonly workers: readonly [WorkerProcess, WorkerProcess]
  readonly feeder: Feeder
  readonly inputs: PipelineInputs
  readonly cluster: CrashCluster
  readonly client: Client
  readonly tally: Tally
  readonly #options: CrashRunOptions
  readonly #decks = new Map<string, unknown[]>()

  constructor(options: CrashRunOptions) {
    const { seed, cluster, folder, mutation, kernel, client, tally, settings, transactions } = options
    this.#options = options
    this.random = new Random(seed + 2)
    this.cluster = cluster
    this.client = client
    this.tally = tally
    const [a, b] = workerNames.map(
      (name) =>
        new WorkerProcess({
          name,
          brokers: cluster.brokersFor(name),
          folder: join(folder, name),
          mutation,
          kernel,
          tally,
          job: 'pipeline',
          tasks: taskCount,
          settings: { numStandbyReplicas: 1, acceptableRecoveryLag: 1_000_000, ...settings },
        }),
    )
    this.workers = [a!, b!]
    this.feeder = new Feeder(client, seed, transactions)
    const log = (topic: string): InputLog => new InputLog(client, topic, pipelinePartitions)
    this.inputs = { clicks: log(userClicks.name), visits: log(userVisits.name), orders: log(orders.name) }
  }

  async start(): Promise<void> {
    await this.client.createTopics(
      [...pipelineTopics, deadLetters].map((name) => ({
        name,
        partitions: pipelinePartitions,
        replicationFactor: this.cluster.replicas,
        configs: name === paid.name ? { 'max.message.bytes': String(maxPaidBytes) } : {},
      })),
    )
    await this.feeder.sendCustomers()
    this.startAll()
    await this.#allCaughtUp()
    this.feeder.start()
  }

  startAll(options: StartOptions = {}): void {
    for (const worker of this.workers) worker.start(options)
  }

  proxyOf(worker: WorkerProcess): FaultProxy {
    return this.cluster.proxy(worker === this.workers[0] ? 'a' : 'b')
  }

  otherThan(worker: WorkerProcess): WorkerProcess {
    return this.workers[worker === this.workers[0] ? 1 : 0]
  }

  anyWorker(): WorkerProcess {
    return this.random.pick(this.workers)
  }

  /** Kills what runs. @returns in words what their transactions were doing */
  async kill(...workers: readonly WorkerProcess[]): Promise<string> {
    const met: TransactionState[] = []
    for (const worker of workers) if (worker.alive) met.push(await worker.kill())
    for (const transaction of met) this.tally.killed(transaction)
    return met.join(', ')
  }

  /** Waits until both run, have all tasks between them, and commit. */
  async whole(commits = 1): Promise<void> {
    const [a, b] = this.workers
    const isWhole = (): boolean =>
      a.running &&
      b.running &&
      a.assigned.length > 0 &&
      b.assigned.length > 0 &&
      new Set([...a.assigned, ...b.assigned]).size === taskCount
    for (const worker of [a, b, a]) await worker.until('both share the tasks', isWhole)
    if (this.feeder.failure) throw this.feeder.failure
    await Promise.all(this.workers.map((worker) => worker.progress(commits)))
  }

  /** Until everything that is in the input topics is committed. */
  async caughtUp(limitMs?: number): Promise<void> {
    await caughtUp(
      this.client,
      () => {
        for (const worker of this.workers)
          if (!worker.alive) throw new Error(`worker ${worker.name} ended by itself\n${worker.logEnd()}`)
      },
      limitMs,
    )
  }

  /** One of the items by chance; none comes again before all have been. @param deck names them */
  deal<T>(deck: string, items: readonly T[]): T {
    let left = this.#decks.get(deck) as T[] | undefined
    if (!left || left.length === 0) {
      left = this.random.shuffled(items)
      this.#decks.set(deck, left)
    }
    return left.pop()!
  }

  /** A time by chance. */
  async rest(leastMs: number, mostMs: number): Promise<void> {
    await sleep(this.random.int(leastMs, mostMs))
  }

  /** Lets the workers finish, and holds what they made against the model. */
  async verify(): Promise<Findings> {
    const { progress } = this.#options
    progress('input ends')
    await this.feeder.stop()
    await this.#allCaughtUp()
    progress('the workers have caught up')
    const { clicks, visits, orders: ordersLog } = this.inputs
    for (const log of [clicks, visits, ordersLog]) await log.readOn()
    const model = new PipelineModel(this.inputs, this.feeder)
    const { verdicts, problems } = await verifyOutputs(this.client, model)
    const questions = storeQuestions(model.clicks)
    const wrongStoreValues = await this.#askStore((worker) =>
      worker.fetch(questions).then((answers) => verifyStore(questions, answers)),
    )
    return {
      model,
      verdicts,
      wrongStoreValues,
      storeValues: questions.length,
      aborted: this.feeder.aborted,
      skipped: clicks.skippedRecords,
      problems: [...model.problems, ...problems],
    }
  }

  /** Ends what runs, whatever it is doing. */
  async stop(): Promise<void> {
    await this.feeder.stop().catch(() => {})
    for (const worker of this.workers) if (worker.alive) await worker.kill()
  }

  /** Mutated, they may never: it is waited for less long. */
  #allCaughtUp(): Promise<void> {
    return this.caughtUp(this.#options.mutation ? 20_000 : undefined)
  }

  /** One worker alone, with all tasks, after a kill or a close. */
  async #askStore(ask: (worker: WorkerProcess) => Promise<readonly string[]>): Promise<readonly string[]> {
    const worker = this.anyWorker()
    const other = this.otherThan(worker)
    if (this.random.chance(0.5)) await this.kill(other)
    else await other.close()
    await this.kill(worker)
    worker.start()
    await worker.until('it has all tasks', () => worker.ownsAll)
    const problems = await ask(worker)
    await worker.close()
    return problems.map((problem) => `worker ${worker.name}, ${problem}`)
  }
}
