import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseTaskId } from '../core/task-id.ts'
import type { StateDirectory } from './state-directory.ts'
import type { ProcessTaskLocks } from './task-locks.ts'

/** Takes the lock of a task while its directory goes; no thread has this name. */
const cleaner = 'state cleaner'

/**
 * Removes the state of tasks that have left this process: nothing was written to it for `delayMs`, and no thread has it
 * (Java's StateDirectory.cleanRemovedTasks). What was set aside goes in the same way.
 *
 * @param now wall clock, ms.
 * @returns the names of the directories removed.
 */
export function removeObsoleteState(
  directory: StateDirectory,
  locks: ProcessTaskLocks,
  now: number,
  delayMs: number,
): readonly string[] {
  const removed: string[] = []
  for (const name of readdirSync(directory.path)) {
    const [task, aside] = /^(\d+_\d+)(\.set-aside-\d+)?$/.exec(name)?.slice(1) ?? []
    if (task === undefined) continue
    const path = join(directory.path, name)
    if (now - lastWrite(path) < delayMs) continue
    const id = parseTaskId(task)
    if (aside === undefined && !locks.acquire(id, cleaner)) continue
    try {
      rmSync(path, { recursive: true, force: true })
      removed.push(name)
    } finally {
      locks.release(id, cleaner)
    }
  }
  return removed
}

/** Of the directory and the files in it, ms since the epoch: LMDB writes into its file in place. */
function lastWrite(path: string): number {
  const times = readdirSync(path).map((name) => statSync(join(path, name)).mtimeMs)
  return Math.max(statSync(path).mtimeMs, ...times)
}
