import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../src/client/client.ts'
import type { KafkaBroker } from '../broker/kafka-broker.ts'
import { Feeder } from './feeder.ts'
import { aggregatedClicks, applicationId, partitions, userClicks } from './job.ts'
import type { ClickModel } from './model.ts'
import type { Mutation } from './mutations.ts'
import { Random } from './random.ts'
import type { BrokerRestart, Kill, Moment, Pause, Round, Step } from './schedule.ts'
import type { Tally } from './tally.ts'
import { partitionsOf } from './topic-log.ts'
import type { TransactionState } from './transaction-flag.ts'
import { modelOf, storeQuestions, verifyOutput } from './verification.ts'
import { type Verdict, verifyStore } from './verify.ts'
import { WorkerProcess } from './worker-process.ts'

export interface CrashRunOptions {
  readonly seed: number
  readonly mutation: Mutation | undefined
  readonly kernel: 'auto' | 'off'
  readonly folder: string
  readonly broker: KafkaBroker
  readonly client: Client
  readonly tally: Tally
  /** Told what is being done. */
  progress(text: string): void
}

export interface Findings {
  readonly model: ClickModel
  readonly verdict: Verdict
  readonly wrongStoreValues: readonly string[]
  readonly storeValues: number
  readonly aborted: number
  readonly problems: readonly string[]
}

const caughtUpMs = 90_000

/** Two workers, an input that goes on, and what is done to them. */
export class CrashRun {
  readonly #options: CrashRunOptions
  readonly #random: Random
  readonly #workers: readonly [WorkerProcess, WorkerProcess]
  readonly #feeder: Feeder

  constructor(options: CrashRunOptions) {
    const { seed, broker, folder, mutation, kernel, client, tally } = options
    this.#options = options
    this.#random = new Random(seed + 2)
    const worker = (name: string): WorkerProcess =>
      new WorkerProcess({
        name,
        brokers: broker.brokers,
        folder: join(folder, name),
        mutation,
        kernel,
        tally,
      })
    this.#workers = [worker('a'), worker('b')]
    this.#feeder = new Feeder(client, seed)
  }

  async start(): Promise<void> {
    const { client } = this.#options
    await client.createTopics(
      [userClicks, aggregatedClicks].map(({ name }) => ({
        name,
        partitions,
        replicationFactor: 1,
        configs: {},
      })),
    )
    for (const worker of this.#workers) worker.start()
    await this.#feeder.start()
  }

  async round({ commits, steps }: Round): Promise<void> {
    for (const step of steps) {
      await this.#shared()
      await Promise.all(this.#workers.map((worker) => worker.progress(commits)))
      await this.#take(step)
    }
  }

  /** Lets the workers finish, and holds what they made against the model. */
  async verify(): Promise<Findings> {
    const { client, progress } = this.#options
    progress('input ends')
    await this.#feeder.stop()
    await this.#caughtUp()
    const { model, problems } = await modelOf(client, this.#feeder.committed)
    const output = await verifyOutput(client, model)
    const questions = storeQuestions(model)
    const wrongStoreValues = await this.#askStores((worker) =>
      worker.fetch(questions).then((answers) => verifyStore(questions, answers)),
    )
    return {
      model,
      verdict: output.verdict,
      wrongStoreValues,
      storeValues: questions.length,
      aborted: this.#feeder.aborted,
      problems: [...problems, ...output.problems],
    }
  }

  /** Ends what runs, whatever it is doing. */
  async stop(): Promise<void> {
    await this.#feeder.stop().catch(() => {})
    for (const worker of this.#workers) if (worker.alive) await worker.kill()
  }

  #take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'kill':
        return this.#kill(step)
      case 'pause':
        return this.#pause(step)
      case 'restart broker':
        return this.#restartBroker(step)
    }
  }

  async #kill({ moment, target, both, late }: Kill): Promise<void> {
    const worker = this.#workers[target]!
    const other = this.#other(worker)
    const met = [await this.#killAt(moment, worker, other)]
    if (both) met.push(await other.kill())
    const killed = both ? [worker, other] : [worker]
    for (const transaction of met) this.#options.tally.killed(transaction)
    const names = killed.map(({ name }) => name).join(' and ')
    this.#options.progress(`killed ${names} (${moment}; transaction: ${met.join(', ')})`)
    if (late && !both) await other.until('it has taken over', () => other.ownsAll)
    for (const one of killed) one.start()
  }

  /** Waits for the moment, or brings it about. */
  async #killAt(moment: Moment, worker: WorkerProcess, other: WorkerProcess): Promise<TransactionState> {
    switch (moment) {
      case 'any':
        await sleep(this.#random.int(0, 300))
        break
      case 'committed':
        await worker.progress(1)
        break
      case 'checkpointed': {
        const before = worker.checkpoints
        await worker.until('it has made a checkpoint', () => worker.checkpoints > before)
        break
      }
      case 'transaction':
        await until('its transaction is open', () => worker.transaction !== 'none')
        break
      case 'restoring':
        await this.#killAndStart(worker)
        await worker.until('it has tasks again', () => worker.rebalances > 0)
        break
      case 'rebalancing':
        await this.#killAndStart(other)
        await worker.until('it joins the group anew', () => !worker.running)
        await sleep(this.#random.int(0, 300))
        break
      default:
        return worker.dieAt(moment)
    }
    return worker.kill()
  }

  async #killAndStart(worker: WorkerProcess): Promise<void> {
    this.#options.tally.killed(await worker.kill())
    worker.start()
  }

  /** Freezes a worker until the other has its tasks: back again, it must not commit what it did. */
  async #pause({ target, during, until: wakes }: Pause): Promise<void> {
    const worker = this.#workers[target]!
    const other = this.#other(worker)
    if (during === 'rebalance') await this.#pauseInRebalance(worker, other)
    else await this.#pauseIn(worker, during === 'input' ? 'none' : 'records')
    this.#options.tally.pauses++
    await other.until('it has all tasks', () => other.assigned.length === partitions)
    if (wakes === 'progress') {
      await other.until('it runs all tasks', () => other.ownsAll)
      await other.progress(5)
    }
    const { rebalances, aborts } = worker
    worker.resume()
    await worker.until('it is a member again', () => worker.rebalances > rebalances)
    const outcome = worker.aborts > aborts ? 'its commit was refused' : 'it found out before a commit'
    this.#options.progress(`paused ${worker.name} past its session (${during}, until ${wakes}): ${outcome}`)
  }

  async #pauseIn(worker: WorkerProcess, transaction: TransactionState): Promise<void> {
    await until(`its transaction: ${transaction}`, async () => {
      worker.pause()
      await sleep(5)
      if (worker.transaction === transaction) return true
      worker.resume()
      await sleep(this.#random.int(0, 20))
      return false
    })
  }

  /** The group waits for the other, which is gone; when that is given up, this one does not answer. */
  async #pauseInRebalance(worker: WorkerProcess, other: WorkerProcess): Promise<void> {
    await this.#killAndStart(other)
    await worker.until('it joins the group anew', () => !worker.running)
    await sleep(this.#random.int(20, 200))
    worker.pause()
  }

  async #restartBroker({ signal }: BrokerRestart): Promise<void> {
    const { broker, tally, progress } = this.#options
    await broker.kill(signal)
    await broker.restart()
    tally.brokerRestarts++
    progress(`restarted the broker (${signal})`)
    await Promise.all(this.#workers.map((worker) => worker.progress(2)))
  }

  #other(worker: WorkerProcess): WorkerProcess {
    return this.#workers[worker === this.#workers[0] ? 1 : 0]
  }

  /** Waits until the tasks are spread over both. */
  async #shared(): Promise<void> {
    const [a, b] = this.#workers
    const isShared = (): boolean =>
      a.running &&
      b.running &&
      a.assigned.length === b.assigned.length &&
      a.assigned.length * 2 === partitions
    for (const worker of [a, b, a]) await worker.until('the tasks are shared', isShared)
  }

  async #caughtUp(): Promise<void> {
    const { client, progress } = this.#options
    const input = partitionsOf(userClicks.name, partitions)
    const ends = await client.listOffsets(input, 'latest', 'read_uncommitted')
    const due = ends.map(({ partition, offset }) => `${partition}:${offset}`).sort()
    let committed: string[] = []
    const done = async (): Promise<boolean> => {
      for (const worker of this.#workers)
        if (!worker.alive) throw new Error(`worker ${worker.name} ended by itself\n${worker.logEnd()}`)
      const offsets = await client.committedOffsets(applicationId, input)
      committed = offsets.map(({ partition, offset }) => `${partition}:${offset}`).sort()
      return committed.join() === due.join()
    }
    await until(
      () => `all of ${due.join(' ')} is committed, not only ${committed.join(' ')}`,
      done,
      caughtUpMs,
    )
    progress('the workers have caught up')
  }

  /** Each worker alone, with all tasks: first killed and started anew, then, the other one, closed and started anew. */
  async #askStores(ask: (worker: WorkerProcess) => Promise<readonly string[]>): Promise<readonly string[]> {
    const [a, b] = this.#workers
    const wrong: string[] = []
    for (const worker of [a, b]) if (worker.alive) this.#options.tally.killed(await worker.kill())
    for (const worker of [a, b]) {
      worker.start()
      await worker.until('it has all tasks', () => worker.ownsAll)
      const problems = await ask(worker)
      wrong.push(...problems.map((problem) => `worker ${worker.name}, ${problem}`))
      await worker.close()
    }
    return wrong
  }
}

/** Asks again and again. @throws Error after `limitMs`. */
async function until(
  what: string | (() => string),
  condition: () => boolean | Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const limit = AbortSignal.timeout(limitMs)
  while (!(await condition())) {
    if (limit.aborted)
      throw new Error(`not within ${limitMs / 1000} s: ${typeof what === 'string' ? what : what()}`)
    await sleep(2)
  }
}
