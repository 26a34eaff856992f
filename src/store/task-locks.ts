import { type TaskId, taskName } from '../core/task-id.ts'

/** Keeps two stream threads of one process out of the same task directory. */
export interface TaskLocks {
  /** @returns false while another thread has the task. */
  acquire(task: TaskId): Promise<boolean>
  /** The task's directory is closed. */
  release(task: TaskId): void
  /** Names of the tasks that other threads have. */
  elsewhere(): Promise<readonly string[]>
}

/** Who has which task directory, of all threads of the process (Java's StateDirectory.lock). */
export class ProcessTaskLocks {
  readonly #owners = new Map<string, string>()

  /** @returns false while another thread has it. */
  acquire(task: TaskId, thread: string): boolean {
    const name = taskName(task)
    const owner = this.#owners.get(name)
    if (owner !== undefined && owner !== thread) return false
    this.#owners.set(name, thread)
    return true
  }

  release(task: TaskId, thread: string): void {
    const name = taskName(task)
    if (this.#owners.get(name) === thread) this.#owners.delete(name)
  }

  /** The thread is gone, and has closed everything or never will touch it again. */
  releaseAll(thread: string): void {
    for (const [task, owner] of this.#owners) if (owner === thread) this.#owners.delete(task)
  }

  /** Names of the tasks that other threads have. */
  elsewhere(thread: string): readonly string[] {
    return [...this.#owners].filter(([, owner]) => owner !== thread).map(([task]) => task)
  }

  /** No thread has it: its directory may be looked into, or removed. */
  isFree(task: string): boolean {
    return !this.#owners.has(task)
  }

  /** The locks as one thread sees them. */
  of(thread: string): TaskLocks {
    return {
      acquire: (task) => Promise.resolve(this.acquire(task, thread)),
      release: (task) => this.release(task, thread),
      elsewhere: () => Promise.resolve(this.elsewhere(thread)),
    }
  }
}
