import type { KafkaStreams } from '../../src/app/kafka-streams.ts'
import type { Tables } from '../../src/dsl/topology.ts'
import type { Random } from '../crash/random.ts'
import type { Process } from './process.ts'
import type { Actor, Scheduler } from './scheduler.ts'

export interface MomentsOfChangeParts {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly processes: readonly Process[]
  readonly sessionMs: number
}

const changeChance = 0.08
const mostThreads = 3

/** What operators do: they start what is down, close and start processes, add and remove threads. */
export class MomentsOfChange implements Actor {
  readonly name = 'operator'
  readonly frozenUntil = 0
  readonly death: undefined
  readonly #parts: MomentsOfChangeParts
  #stopped = false
  #ended = false

  constructor(parts: MomentsOfChangeParts) {
    this.#parts = parts
  }

  start(): void {
    this.#parts.processes[0]!.start()
    this.#later()
  }

  /** From now on all processes run. */
  stop(): void {
    this.#stopped = true
  }

  end(): void {
    this.#ended = true
  }

  #later(): void {
    const { scheduler, random, sessionMs } = this.#parts
    const ms = this.#stopped ? 100 : random.int(1, sessionMs)
    scheduler.after(this, 'looks', ms, () => this.#look())
  }

  #look(): void {
    const { random, processes } = this.#parts
    if (this.#ended) return
    const process = random.pick(processes)
    if (this.#stopped) for (const one of processes) one.start()
    else if (!process.app) this.#start(process)
    else if (random.chance(changeChance)) this.#change(process, process.app)
    this.#later()
  }

  #change(process: Process, app: KafkaStreams<Tables>): void {
    const { random, scheduler } = this.#parts
    const change = random.pick(['close', 'close', 'add thread', 'remove thread', 'pause'] as const)
    const live = app.state === 'RUNNING' || app.state === 'REBALANCING'
    scheduler.note(this, `${process.name}: ${change}`)
    if (change === 'close') ignored(process.close(random.pick([true, false, undefined])))
    else if (!live) return
    else if (change === 'add thread' && app.threads.length < mostThreads) app.addStreamThread()
    else if (change === 'remove thread' && app.threads.length > 1) ignored(app.removeStreamThread())
    else if (change === 'pause') {
      app.pause()
      scheduler.after(this, `resumes ${process.name}`, random.int(1, 500), () => {
        if (app.isPaused) app.resume()
      })
    }
  }

  #start(process: Process): void {
    const { random } = this.#parts
    if (random.chance(0.1)) process.loseDisk()
    process.start()
  }
}

/** What ends the process meanwhile is seen elsewhere. */
function ignored(promise: Promise<unknown>): void {
  promise.catch(() => {})
}
