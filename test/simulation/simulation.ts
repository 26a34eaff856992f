import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from './settings.ts'
import type { Judgement } from './workload/workload.ts'
import { World, type WorldOptions } from './world.ts'

export interface Outcome {
  readonly seed: number
  readonly settings: Settings
  readonly theme: string
  /** Why the run is not good, in words; none if it is. */
  readonly problems: readonly string[]
  /** How often each fault met each step, by `pairName`. */
  readonly faults: ReadonlyMap<string, number>
  readonly steps: number
  readonly virtualMs: number
  /** Written to the input. */
  readonly records: number
  /** Due. */
  readonly results: number
  /** The same for the same seed. */
  readonly traceHash: string
  readonly traceEnd: readonly string[]
}

/** A run may draw so many times; then it is stuck. */
const mostSteps = 100_000
/** For what is held back until the clock says so, ms. */
const quietMs = 6000

/** Runs what a seed says, from its input to its end, and judges it. Nothing of it is left. */
export async function simulate(options: WorldOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-simulation-'))
  const world = new World(options, folder)
  const unhandled = (error: unknown): void =>
    world.invariants.broken(`nobody handled ${error instanceof Error ? error.stack : String(error)}`)
  process.on('unhandledRejection', unhandled)
  try {
    return await new Simulation(options.seed, world).run()
  } finally {
    process.off('unhandledRejection', unhandled)
    rmSync(folder, { recursive: true, force: true })
  }
}

class Simulation {
  readonly #seed: number
  readonly #world: World
  readonly #judgements: Judgement[] = []
  #steps = 0

  constructor(seed: number, world: World) {
    this.#seed = seed
    this.#world = world
  }

  async run(): Promise<Outcome> {
    let failure: unknown
    try {
      await this.#goWrong()
      await this.#comeToRest()
      for (const workload of this.#world.workloads)
        this.#judgements.push(workload.judge(this.#world, this.#world.settings))
      await this.#askStores()
    } catch (error) {
      failure = error
    }
    try {
      await this.#end()
    } catch (error) {
      failure ??= error
    }
    return this.#outcome(failure)
  }

  async #goWrong(): Promise<void> {
    const { input, operations, faults } = this.#world
    input.start()
    operations.start()
    await this.#until('the input ends', () => input.ended)
    faults.stop()
    operations.stop()
  }

  async #comeToRest(): Promise<void> {
    const { processes } = this.#world
    for (const one of processes) one.thaw()
    await this.#until('all is processed', () => this.#world.allProcessed)
    // Punctuations go on without records.
    await this.#pass(quietMs)
    await this.#until('all is committed', () => this.#world.allProcessed)
  }

  /** Each process alone, with all tasks, on the state that it has. */
  async #askStores(): Promise<void> {
    const { processes, operations, settings, tasks, invariants } = this.#world
    operations.end()
    for (const process of processes) {
      for (const other of processes)
        if (other !== process) await this.#settled(`${other.name} closes`, other.close(true))
      process.start()
      // It may believe to run what others have taken over: by then it knows better.
      await this.#pass(2 * settings.sessionTimeout)
      await this.#until(`${process.name} runs alone`, () => process.runs(tasks))
      for (const question of this.#judgements.flatMap(({ stores }) => stores)) {
        const { table, key, windowStart, value, mayBeGone } = question
        const found = await this.#settled('a store answers', process.ask(question))
        if (found === value || (found === undefined && mayBeGone)) continue
        const where = windowStart === undefined ? key : `${key}@${windowStart}`
        invariants.broken(
          `${process.name}: ${table} says ${String(found)} of ${where} instead of ${String(value)}`,
        )
      }
    }
  }

  async #end(): Promise<void> {
    const { processes, scheduler } = this.#world
    for (const process of processes) process.crash()
    await scheduler.settle()
  }

  async #pass(ms: number): Promise<void> {
    const { scheduler } = this.#world
    const end = scheduler.now + ms
    await this.#until(`${ms} ms have passed`, () => scheduler.now >= end)
  }

  /** Lets time pass until it has settled. */
  async #settled<T>(what: string, promise: Promise<T>): Promise<T> {
    let settled = false
    const done = (): void => {
      settled = true
    }
    promise.then(done, done)
    await this.#until(what, () => settled)
    return promise
  }

  async #until(what: string, condition: () => boolean): Promise<void> {
    try {
      await this.#world.scheduler.settle()
      while (!condition()) await this.#step()
    } catch (error) {
      throw new Error(`until ${what}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      })
    }
  }

  async #step(): Promise<void> {
    const { scheduler, invariants } = this.#world
    await scheduler.step()
    if (++this.#steps > mostSteps) throw new Error(`stuck after ${mostSteps} steps`)
    const [problem] = invariants.problems
    if (problem !== undefined) throw new Error(problem)
  }

  #outcome(failure: unknown): Outcome {
    const { scheduler, invariants, settings, theme, faults, input } = this.#world
    const problems = [...invariants.problems, ...this.#judgements.flatMap((judgement) => judgement.problems)]
    if (failure !== undefined && problems.length === 0)
      problems.push(failure instanceof Error ? (failure.stack ?? failure.message) : String(failure))
    return {
      seed: this.#seed,
      settings,
      theme: theme.name,
      problems,
      faults: faults.counts,
      steps: this.#steps,
      virtualMs: scheduler.now,
      records: input.records,
      results: this.#judgements.reduce((sum, { results }) => sum + results, 0),
      traceHash: scheduler.trace.hash,
      traceEnd: scheduler.trace.end,
    }
  }
}
