import { type TaskId, taskName } from '../core/task-id.ts'

/** Whose state it is: a task's, or that of the global stores, of which a process has one copy. */
export type StateOwner = TaskId | 'global'

/** Java's name of the directory. */
export function ownerName(owner: StateOwner): string {
  return owner === 'global' ? owner : taskName(owner)
}

/** For people. */
export function ownerText(owner: StateOwner): string {
  return owner === 'global' ? 'the global stores' : `task ${taskName(owner)}`
}
