import type { RawRecord } from '../core/record.ts'
import type { BuiltStore } from '../task/built-store.ts'
import type { Random } from './random.ts'
import type { RecordRunner } from './record-runner.ts'
import type { TestRunner } from './test-runner.ts'

/** Several tasks, as an application runs them: one for each subtopology and partition. They take turns. */
export class TaskRunners implements TestRunner {
  readonly #tasks: readonly RecordRunner[]
  readonly #random: Random | undefined

  /** @param random who is next; without it, the first task that has something to do. */
  constructor(tasks: readonly RecordRunner[], random: Random | undefined) {
    this.#tasks = tasks
    this.#random = random
  }

  get stores(): readonly BuiltStore[] {
    return this.#tasks.flatMap((task) => task.stores)
  }

  add(raw: RawRecord): void {
    for (const task of this.#tasks) if (task.reads(raw.topic, raw.partition)) task.add(raw)
  }

  step(): boolean {
    const tasks = [...this.#tasks]
    while (tasks.length > 0) {
      const [task] = tasks.splice(this.#random?.below(tasks.length) ?? 0, 1)
      if (task!.step()) return true
    }
    return false
  }

  punctuateWallClock(): void {
    for (const task of this.#tasks) task.punctuateWallClock()
  }

  commit(): void {
    for (const task of this.#tasks) task.commit()
  }

  close(): void {
    for (const task of this.#tasks) task.close()
  }
}
