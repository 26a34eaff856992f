import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** The task that a store is of. */
export interface StoreTask {
  readonly applicationId: string
  /** `<subtopology>_<partition>`. */
  readonly taskId: string
  readonly partition: number
  /** Where the task's files are; it need not exist. */
  directory(): string
}

/** What a store of the user's, or his engine, may know of its task (Java's StateStoreContext). */
export interface StoreContext {
  /** The store's. */
  readonly name: string
  readonly applicationId: string
  /** `<subtopology>_<partition>`. */
  readonly taskId: string
  readonly partition: number
  /**
   * A directory of the store's own, for files that need not survive: it is empty whenever the store is made, and gone
   * when the store is closed. Java's `stateDir()`, which is the task's, and kept.
   */
  directory(): string
}

/** `<task directory>/stores/<store>`, made when it is asked for. */
export class StoreDirectory {
  readonly #task: StoreTask
  readonly #store: string
  #path: string | undefined

  constructor(task: StoreTask, store: string) {
    this.#task = task
    this.#store = store
  }

  get context(): StoreContext {
    const { applicationId, taskId, partition } = this.#task
    return { name: this.#store, applicationId, taskId, partition, directory: () => this.#open() }
  }

  remove(): void {
    if (this.#path !== undefined) rmSync(this.#path, { recursive: true, force: true })
  }

  #open(): string {
    if (this.#path !== undefined) return this.#path
    const path = join(this.#task.directory(), 'stores', this.#store)
    // A process that was killed has left what it had there.
    rmSync(path, { recursive: true, force: true })
    mkdirSync(path, { recursive: true })
    this.#path = path
    return path
  }
}
