import type { ClientState } from './client-state.ts'
import { balanceStandbys, Copies } from './copies.ts'
import { type AssignmentConfig, compareTasks, type Task } from './group-model.ts'

/**
 * Gives the standbys of stateful tasks, whose active copies have been placed, to other processes: as far as there are
 * enough, to ones whose tags no copy has yet, and balanced over threads together with the active tasks
 * (Java's DefaultStandbyTaskAssignor and ClientTagAwareStandbyTaskAssignor). Unlike in Java they stay where state of
 * theirs is if that does not stand against it.
 */
export function assignStandbys(
  tasks: readonly Task[],
  clients: readonly ClientState[],
  { numStandbyReplicas, rackAwareAssignmentTags }: AssignmentConfig,
): void {
  const ordered = tasks.filter(({ stateful }) => stateful).sort(compareTasks)
  const copies = new Copies(clients, rackAwareAssignmentTags)
  const missing = new Map(
    ordered.map((task) => [task, Math.min(numStandbyReplicas, copies.free(task).length)]),
  )
  const fill = (find: (task: Task) => ClientState | undefined): void => {
    for (const task of ordered)
      for (let client = find(task); client && missing.get(task)! > 0; client = find(task)) {
        client.standby.add(task)
        missing.set(task, missing.get(task)! - 1)
      }
  }
  fill((task) => closestHolder(task, copies))
  fill((task) => leastLoaded(task, copies))
  balanceStandbys(clients, copies)
}

/** Of the processes with the most fresh tags, the one with most of the task's state; undefined if none has any. */
function closestHolder(task: Task, copies: Copies): ClientState | undefined {
  return freshest(task, copies)
    .filter((client) => client.holds(task))
    .sort((a, b) => a.lag(task) - b.lag(task))[0]
}

function leastLoaded(task: Task, copies: Copies): ClientState | undefined {
  return freshest(task, copies).toSorted((a, b) => a.count / a.threads - b.count / b.threads)[0]
}

function freshest(task: Task, copies: Copies): readonly ClientState[] {
  const free = copies.free(task).map((client) => ({ client, fresh: copies.freshTags(task, client) }))
  const most = Math.max(0, ...free.map(({ fresh }) => fresh))
  return free.filter(({ fresh }) => fresh === most).map(({ client }) => client)
}
