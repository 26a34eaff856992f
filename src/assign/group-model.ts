import { compareTaskIds, type TaskId } from '../core/task-id.ts'

/** A task while it is being placed; compared by identity. */
export interface Task {
  readonly id: TaskId
  readonly name: string
  /** It has a changelog, so it matters where its state lies. */
  readonly stateful: boolean
}

/** What a member said when it joined, decoded. */
export interface GroupMember {
  readonly memberId: string
  /** Members of one process, its threads, share its disk. */
  readonly processId: string
  readonly clientTags: ReadonlyMap<string, string>
  /** By task name: changelog offsets added up, or a sentinel of SubscriptionInfo. */
  readonly offsetSums: ReadonlyMap<string, number>
  /** Names of the active tasks that it has not given up: nobody else may begin them. */
  readonly owned: ReadonlySet<string>
}

/** Java's AssignmentConfigs, as far as it decides where tasks go. */
export interface AssignmentConfig {
  /** Changelog records that a process may lack and yet take a task over at once; Infinity: all of them. */
  readonly acceptableRecoveryLag: number
  /** Copies beyond the standbys that catch up at a time, in the whole group. */
  readonly maxWarmupReplicas: number
  readonly numStandbyReplicas: number
  /** Keys of client tags in which the copies of a task are to differ. */
  readonly rackAwareAssignmentTags: readonly string[]
}

/** All that decides who runs what. The order of its lists does not matter. */
export interface GroupModel {
  readonly tasks: readonly Task[]
  readonly members: readonly GroupMember[]
  /** The process that asks for the probing rebalance, if one is needed. */
  readonly leader: string
  /** Ends of the changelogs of a stateful task added up, by task name; undefined: they could not be fetched. */
  readonly endOffsetSums: ReadonlyMap<string, number> | undefined
  /**
   * Tasks that the last rebalance, this same leader's, held back until their owners had given them up: the member they
   * are for, by task name. Without it tasks between two owners might be sent elsewhere.
   */
  readonly promised: ReadonlyMap<string, string>
  readonly config: AssignmentConfig
}

export function compareTasks(a: Task, b: Task): number {
  return compareTaskIds(a.id, b.id)
}

/** As Java compares strings. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
