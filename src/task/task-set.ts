import type { Fetched } from '../client/client.ts'
import { type TaskId, taskName } from '../core/task-id.ts'
import { type TopicPartition, topicPartitionName } from '../core/topic-partition.ts'
import type { StreamTask } from './stream-task.ts'

/** The open tasks of a thread, by name and by input. */
export class TaskSet implements Iterable<StreamTask> {
  readonly #byName = new Map<string, StreamTask>()
  readonly #byInput = new Map<string, StreamTask>()

  get size(): number {
    return this.#byName.size
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()]
  }

  get(id: TaskId): StreamTask | undefined {
    return this.#byName.get(taskName(id))
  }

  add(task: StreamTask): void {
    this.#byName.set(task.name, task)
    for (const name of inputNames(task)) this.#byInput.set(name, task)
  }

  delete(task: StreamTask): void {
    this.#byName.delete(task.name)
    for (const name of inputNames(task)) this.#byInput.delete(name)
  }

  /** Those that are not among the assigned tasks, or read something else. @param inputs by name of the task. */
  notAsAssigned(inputs: ReadonlyMap<string, readonly TopicPartition[]>): readonly StreamTask[] {
    return [...this].filter((task) => {
      const names = new Set((inputs.get(task.name) ?? []).map(inputName))
      return names.size !== task.inputs.length || inputNames(task).some((name) => !names.has(name))
    })
  }

  [Symbol.iterator](): IterableIterator<StreamTask> {
    return this.#byName.values()
  }

  /** Gives a stretch to the task whose input it is; one that nobody waits for is let go. */
  deliver(stretch: Fetched): void {
    const task = this.#byInput.get(topicPartitionName(stretch.topic, stretch.partition))
    if (task) task.enqueue(stretch)
    else stretch.release()
  }

  /** Some task can take records. */
  get ready(): boolean {
    for (const task of this) if (task.ready) return true
    return false
  }

  /** Some task has records at hand, though it may wait for another partition. */
  get pending(): boolean {
    for (const task of this) if (task.pending) return true
    return false
  }

  /** Some processor asks for a commit. */
  get commitRequested(): boolean {
    for (const task of this) if (task.commitRequested) return true
    return false
  }

  /** When the wall clock reaches the next punctuation of any task, ms since the epoch. */
  get nextPunctuation(): number {
    let next = Number.POSITIVE_INFINITY
    for (const task of this) next = Math.min(next, task.nextPunctuation ?? next)
    return next
  }

  /** Bytes of state that no checkpoint holds. */
  get dirtyBytes(): number {
    let bytes = 0
    for (const task of this) bytes += task.state.dirtyBytes
    return bytes
  }

  /** Shares this many bytes of memory among the tasks, equally. */
  setMemoryLimit(bytes: number): void {
    for (const task of this) task.setMemoryLimit(bytes / this.size)
  }
}

function inputNames({ inputs }: StreamTask): readonly string[] {
  return inputs.map(inputName)
}

function inputName({ topic, partition }: TopicPartition): string {
  return topicPartitionName(topic, partition)
}
