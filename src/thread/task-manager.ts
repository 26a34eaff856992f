import type { GroupAssignment, MemberState } from '../assign/streams-assignor.ts'
import type { Fetcher, Producer } from '../client/client.ts'
import { type TaskId, taskName } from '../core/task-id.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import type { StoreSize } from '../store/store-size.ts'
import { ChangelogReader } from '../task/changelog-reader.ts'
import type { StreamTask } from '../task/stream-task.ts'
import type { TaskRole } from '../task/task-opener.ts'
import { TaskSet } from '../task/task-set.ts'
import type { ThreadContext } from './thread-context.ts'

/** Another thread of this process may still hold a task: it is tried again after so long, ms. */
const retryMs = 100

/**
 * The tasks of a stream thread: those it runs and its standbys, from the assignment that asks for them until they are
 * closed (Java's TaskManager).
 */
export class TaskManager {
  /** Tasks that this thread runs, or will when they are restored. */
  readonly active: TaskSet = new TaskSet()
  readonly standby: TaskSet = new TaskSet()
  readonly #context: ThreadContext
  readonly #fetcher: Fetcher
  readonly #changelogs: ChangelogReader
  #assignment: GroupAssignment | undefined
  #retryAt = 0
  #stateMemory: number

  constructor(context: ThreadContext, fetcher: Fetcher) {
    const { client, clock, hooks, options, taskTimeout } = context
    this.#context = context
    this.#fetcher = fetcher
    this.#stateMemory = options.stateMemory
    this.#changelogs = new ChangelogReader({
      client,
      clock,
      hooks,
      taskTimeout,
      consumer: options.restoreConsumer,
      groupId: options.applicationId,
      onArrival: () => fetcher.wake(),
    })
  }

  /** What the last rebalance said of the whole group. */
  get assignment(): GroupAssignment | undefined {
    return this.#assignment
  }

  /** What the group is to know of them when this thread joins. */
  get holdings(): Pick<MemberState, 'running' | 'offsetSums' | 'owned'> {
    const running = [...this.active].filter(({ restored }) => restored)
    const others = this.all.filter((task) => !running.includes(task))
    const held = (task: StreamTask): number => task.changelogs.reduce((sum, { next }) => sum + next, 0)
    return {
      running: running.map(({ name }) => name),
      offsetSums: new Map(others.map((task) => [task.name, held(task)])),
      owned: (this.#assignment?.tasks ?? []).map(taskName),
    }
  }

  /** All tasks assigned are open, and those to be run are complete. */
  get ready(): boolean {
    return this.#assignment !== undefined && !this.#incomplete && !this.#changelogs.restoring
  }

  /** Some task that is to run is not complete. */
  get restoring(): boolean {
    return this.#changelogs.restoring
  }

  /** Changelog records wait to be applied. */
  get restoreReady(): boolean {
    return this.#changelogs.ready
  }

  /** Until missing tasks are tried again, ms. */
  get msToRetry(): number {
    return this.#incomplete
      ? Math.max(0, this.#retryAt - this.#context.clock.monotonic())
      : Number.POSITIVE_INFINITY
  }

  get all(): readonly StreamTask[] {
    return [...this.active, ...this.standby]
  }

  /** Half of the memory holds what is not on disk yet. */
  get full(): boolean {
    return this.active.dirtyBytes + this.standby.dirtyBytes > this.#stateMemory / 2
  }

  /** What the stores of all tasks take. */
  storeSizes(): readonly StoreSize[] {
    return this.all.flatMap(({ state }) => state.storeSizes())
  }

  /** Shares so many bytes of memory among the tasks, equally. */
  setStateMemory(bytes: number): void {
    this.#stateMemory = bytes
    const tasks = this.all
    for (const task of tasks) task.setMemoryLimit(bytes / tasks.length)
  }

  /** Takes what a rebalance said. @returns tasks run until now that are to be given up: commit, then close them. */
  assign(next: GroupAssignment): readonly StreamTask[] {
    this.#assignment = next
    this.#retryAt = 0
    return this.active.notAsAssigned(next.inputs)
  }

  /** Closes standbys that are to run, or go elsewhere, and opens what is missing. */
  async open(producer: Producer): Promise<void> {
    const { assignment } = this
    if (!assignment || !this.#incomplete || this.#context.clock.monotonic() < this.#retryAt) return
    const standbys = namesOf(assignment.standbys)
    await this.close(
      [...this.standby].filter(({ name }) => !standbys.has(name)),
      true,
    )
    await this.#open(assignment.tasks, assignment.inputs, this.active, producer, 'active')
    await this.#open(assignment.standbys, assignment.standbyInputs, this.standby, producer, 'standby')
    this.#retryAt = this.#context.clock.monotonic() + retryMs
    this.setStateMemory(this.#stateMemory)
  }

  /** Takes changelog records for a slice; tasks that are complete then begin. */
  restore(deadline: number): void {
    for (const task of this.#changelogs.apply(deadline)) this.#begin(task)
  }

  /** Looks how far standbys may read source topics. */
  readLimits(): Promise<void> {
    return this.#changelogs.readLimits()
  }

  /** @param clean nothing of them is uncommitted. */
  async close(tasks: readonly StreamTask[], clean: boolean): Promise<void> {
    for (const task of tasks) {
      this.#changelogs.remove(task)
      for (const input of task.inputs) this.#fetcher.remove(input)
      this.active.delete(task)
      this.standby.delete(task)
    }
    await Promise.all(
      tasks.map(async (task) => {
        try {
          await task.close({ clean })
        } finally {
          this.#context.locks.release(task.id)
        }
      }),
    )
  }

  /** Throws away all that was not committed. Standbys hold nothing of that kind and stay. */
  async closeDirty(): Promise<void> {
    await this.close([...this.active], false)
  }

  /** What was to be read of changelogs is gone: their tasks begin anew, from where the changelogs begin now. */
  async reopenRestoring(): Promise<void> {
    const waiting = this.all.filter((task) => !task.restored)
    await this.close(waiting, false)
    await this.#changelogs.close()
    this.#retryAt = 0
  }

  /** Nothing is assigned any more. */
  forget(): void {
    this.#assignment = undefined
  }

  async end(): Promise<void> {
    await this.#changelogs.close()
  }

  get #incomplete(): boolean {
    const { assignment } = this
    if (!assignment) return false
    const { tasks, standbys } = assignment
    return (
      tasks.some((id) => !this.active.get(id)) ||
      standbys.some((id) => !this.standby.get(id)) ||
      this.standby.size !== standbys.length
    )
  }

  async #open(
    ids: readonly TaskId[],
    inputs: ReadonlyMap<string, readonly TopicPartition[]>,
    set: TaskSet,
    producer: Producer,
    role: TaskRole,
  ): Promise<void> {
    const wanted: TaskId[] = []
    for (const id of ids) if (!set.get(id) && (await this.#context.locks.acquire(id))) wanted.push(id)
    let tasks: readonly StreamTask[]
    try {
      tasks = await this.#context.opener.open(wanted, inputs, producer, role)
    } catch (error) {
      for (const id of wanted) this.#context.locks.release(id)
      throw error
    }
    for (const task of tasks) {
      set.add(task)
      if (this.#changelogs.add(task, role === 'standby')) this.#begin(task)
    }
  }

  #begin(task: StreamTask): void {
    task.begin()
    for (const input of task.inputs) this.#fetcher.add(input, input.position, input.offsetReset)
  }
}

function namesOf(tasks: readonly TaskId[]): ReadonlySet<string> {
  return new Set(tasks.map(taskName))
}
