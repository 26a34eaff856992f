import type { Fetched } from '../client/client.ts'
import { type TaskId, taskName } from '../core/task-id.ts'
import { topicPartitionName } from '../core/topic-partition.ts'
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
    this.#byInput.set(inputName(task), task)
  }

  delete(task: StreamTask): void {
    this.#byName.delete(task.name)
    this.#byInput.delete(inputName(task))
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

  /** Some task has input at hand. */
  get pending(): boolean {
    for (const task of this) if (task.pending) return true
    return false
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

function inputName({ input }: StreamTask): string {
  return topicPartitionName(input.topic, input.partition)
}
