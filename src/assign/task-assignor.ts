import { compareTaskIds, type TaskId, taskName } from '../core/task-id.ts'

/** What the leader knows of one member of the group. */
export interface AssignorMember {
  readonly memberId: string
  /**
   * Local state by task name: how many changelog records it covers, `running` for a task the member was running.
   * Tasks without an entry would be restored from the beginning.
   */
  readonly state: ReadonlyMap<string, number | 'running'>
}

/**
 * Spreads tasks over members: no member has two tasks more than another, a task stays where it was running, else
 * goes where most of its state lies, else to the member with the fewest tasks (then the fewest of its subtopology).
 * Deterministic: the same input gives the same answer in whatever order it comes.
 */
export function assignTasks(
  tasks: readonly TaskId[],
  members: readonly AssignorMember[],
): ReadonlyMap<string, readonly TaskId[]> {
  const ordered = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
  const loads = ordered.map((member): Load => ({ member, tasks: [] }))
  if (loads.length === 0) return new Map()
  const least = Math.floor(tasks.length / loads.length)
  let withOneMore = tasks.length % loads.length
  const homeless: TaskId[] = []
  for (const task of [...tasks].sort(compareTaskIds)) {
    const home = homes(task, loads).find(
      (load) => load.tasks.length < least || (load.tasks.length === least && withOneMore > 0),
    )
    if (!home) {
      homeless.push(task)
      continue
    }
    if (home.tasks.length === least) withOneMore--
    home.tasks.push(task)
  }
  for (const task of homeless) leastLoaded(task, loads).tasks.push(task)
  return new Map(loads.map((load) => [load.member.memberId, load.tasks.sort(compareTaskIds)]))
}

interface Load {
  readonly member: AssignorMember
  readonly tasks: TaskId[]
}

/** Members that have state of the task, best first. */
function homes(task: TaskId, loads: readonly Load[]): readonly Load[] {
  const worth = (load: Load): number => {
    const state = load.member.state.get(taskName(task))
    return state === 'running' ? Number.POSITIVE_INFINITY : (state ?? -1)
  }
  return loads
    .filter((load) => worth(load) >= 0)
    .sort((a, b) => (worth(a) === worth(b) ? 0 : worth(b) - worth(a)))
}

function leastLoaded(task: TaskId, loads: readonly Load[]): Load {
  const kin = (load: Load): number =>
    load.tasks.filter((other) => other.subtopology === task.subtopology).length
  return loads.reduce((best, load) => {
    const difference = load.tasks.length - best.tasks.length || kin(load) - kin(best)
    return difference < 0 ? load : best
  })
}
