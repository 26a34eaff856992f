import type { KafkaStreams } from '../../src/app/kafka-streams.ts'
import { StreamsError } from '../../src/core/errors.ts'
import type { Tables } from '../../src/dsl/topology.ts'
import type { Random } from '../crash/random.ts'
import type { Process } from './process.ts'
import type { Actor, Scheduler } from './scheduler.ts'
import type { Theme } from './theme.ts'

export interface OperationsParts {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly processes: readonly Process[]
  readonly sessionMs: number
  readonly theme: Theme
}

const mostThreads = 3

const changes = ['close', 'close', 'close soon', 'add thread', 'remove thread', 'pause', 'set clock'] as const

/** What operators do: they start what is down, close and start processes, add and remove threads. */
export class Operations implements Actor {
  readonly name = 'operator'
  readonly frozenUntil = 0
  readonly death: undefined
  readonly #parts: OperationsParts
  readonly #losesThread = new WeakSet<KafkaStreams<Tables>>()
  #stopped = false
  #ended = false

  constructor(parts: OperationsParts) {
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
    const { scheduler, random, sessionMs, theme } = this.#parts
    const ms = this.#stopped ? 100 : random.int(1, theme.closing ? sessionMs / 2 : sessionMs)
    scheduler.after(this, 'looks', ms, () => this.#look())
  }

  #look(): void {
    const { random, processes, theme } = this.#parts
    if (this.#ended) return
    const process = random.pick(processes)
    if (this.#stopped) for (const one of processes) one.start()
    else if (!process.app) this.#start(process)
    else if (random.chance(theme.closing ? 0.5 : 0.1)) this.#change(process, process.app)
    this.#later()
  }

  #change(process: Process, app: KafkaStreams<Tables>): void {
    const { random, scheduler, theme } = this.#parts
    const change = random.pick(changes)
    const ms = random.int(1, 500)
    scheduler.note(this, `${process.name}: ${change}`)
    switch (change) {
      case 'close':
        ignored(process.close(random.pick([true, theme.closing, undefined])))
        break
      case 'close soon':
        ignored(process.closeWithin(ms))
        break
      case 'set clock':
        process.setClock()
        break
      case 'add thread':
        if (app.threads.length < mostThreads) unlessEnding(() => app.addStreamThread())
        break
      case 'remove thread':
        this.#removeThread(app)
        break
      case 'pause':
        unlessEnding(() => app.pause())
        scheduler.after(this, `resumes ${process.name}`, ms, () => unlessEnding(() => app.resume()))
    }
  }

  /** One at a time: the last one stays. */
  #removeThread(app: KafkaStreams<Tables>): void {
    if (app.threads.length < 2 || this.#losesThread.has(app)) return
    this.#losesThread.add(app)
    ignored(app.removeStreamThread().finally(() => this.#losesThread.delete(app)))
  }

  #start(process: Process): void {
    const { random } = this.#parts
    if (random.chance(0.1)) process.loseDisk()
    process.start()
  }
}

/** It may be about to start, or to end. */
function unlessEnding(change: () => void): void {
  try {
    change()
  } catch (error) {
    if (!StreamsError.is(error, 'lifecycle')) throw error
  }
}

/** What ends the process meanwhile is seen elsewhere. */
function ignored(promise: Promise<unknown>): void {
  promise.catch(() => {})
}
