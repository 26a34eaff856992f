import { StreamsError } from './errors.ts'

/** A task is one subtopology's work on one partition; written `<subtopology>_<partition>` as in Kafka Streams. */
export interface TaskId {
  readonly subtopology: number
  readonly partition: number
}

export function taskName(id: TaskId): string {
  return `${id.subtopology}_${id.partition}`
}

export function parseTaskId(name: string): TaskId {
  const match = /^(\d+)_(\d+)$/.exec(name)
  if (match) return { subtopology: Number(match[1]), partition: Number(match[2]) }
  throw new StreamsError('internal', `'${name}' is not a task id`)
}

export function compareTaskIds(a: TaskId, b: TaskId): number {
  return a.subtopology - b.subtopology || a.partition - b.partition
}
