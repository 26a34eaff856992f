import { taskName } from '../core/task-id.ts'
import type { StreamThreadHandle, ThreadState } from '../thread/stream-thread-handle.ts'

/** A stream thread, as the last rebalance left it (Java's ThreadMetadata). Tasks are named `<subtopology>_<partition>`. */
export interface ThreadMetadata {
  /** `<application id>-<process id>-StreamThread-<number>`. */
  readonly name: string
  readonly state: ThreadState
  readonly activeTasks: readonly string[]
  readonly standbyTasks: readonly string[]
}

export function threadMetadata({ name, state, assignment }: StreamThreadHandle): ThreadMetadata {
  return {
    name,
    state,
    activeTasks: (assignment?.tasks ?? []).map(taskName),
    standbyTasks: (assignment?.standbys ?? []).map(taskName),
  }
}
