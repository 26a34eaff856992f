import type { ClientState } from './client-state.ts'
import { compareTasks, type GroupMember, type Task } from './group-model.ts'
import { type Slot, spread } from './spread.ts'

/** What one thread is given. */
export interface ThreadTasks {
  readonly active: readonly Task[]
  readonly standby: readonly Task[]
}

/**
 * Divides the tasks of a process among its threads, balanced and, as far as that allows, where they were before
 * (StreamsPartitionAssignor.assignTasksToThreads; which balances standbys before stateless tasks, so that a thread may
 * have two active ones more than another).
 * @returns by member id.
 */
export function assignToThreads(client: ClientState): ReadonlyMap<string, ThreadTasks> {
  const active = [...client.active]
  const threads = client.members.map((member): Thread => ({ threads: 1, member }))
  const levels = [
    active.filter(({ stateful }) => stateful),
    active.filter(({ stateful }) => !stateful),
    [...client.standby],
  ]
  const placed = spread(levels, threads, {
    home: (task) => bestClaim(task, threads, client),
    distance: () => Number.POSITIVE_INFINITY,
    running: (task) => client.runs(task),
  })
  const given = (thread: Thread, tasks: Iterable<Task>): readonly Task[] =>
    [...tasks].filter((task) => placed.get(task) === thread).sort(compareTasks)
  return new Map(
    threads.map((thread) => [
      thread.member.memberId,
      { active: given(thread, client.active), standby: given(thread, client.standby) },
    ]),
  )
}

interface Thread extends Slot {
  readonly member: GroupMember
}

function bestClaim(task: Task, threads: readonly Thread[], client: ClientState): Thread | undefined {
  let best: Thread | undefined
  let most = 0
  for (const thread of threads) {
    const claim = client.claim(thread.member, task)
    if (claim > most) [best, most] = [thread, claim]
  }
  return best
}
