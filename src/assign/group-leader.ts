import type { MemberMetadata } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import { type TaskId, taskName } from '../core/task-id.ts'
import type { Clock } from '../core/time/clock.ts'
import { type TopicPartition, topicPartitionName } from '../core/topic-partition.ts'
import { assignmentError, type HostPartitions } from '../protocol/assignment-info.ts'
import { assignGroup, type GroupAssignments } from './assign-group.ts'
import { type ChangelogEndsOptions, changelogEnds, restoredStores } from './changelog-ends.ts'
import type { MemberAssignment } from './cooperative.ts'
import { encodeFailedAssignment, encodeMemberAssignment } from './encode-assignments.ts'
import type { AssignmentConfig, Task } from './group-model.ts'
import type { SourceTopics } from './source-topics.ts'
import { decodeMember, groupMember, type SubscribedMember } from './subscribed-member.ts'

export interface GroupLeaderOptions extends ChangelogEndsOptions {
  readonly processId: string
  readonly clock: Clock
  readonly assignment: AssignmentConfig & { readonly probingRebalanceIntervalMs: number }
}

/** What a member does whom the group has made its leader: topics, and who gets which task. */
export class GroupLeader {
  readonly #options: GroupLeaderOptions
  readonly #topics: SourceTopics
  #promised: ReadonlyMap<string, string> = new Map()
  #failure: StreamsError | undefined
  /** Threads without a task at the last assignment; below 0 there are more tasks. */
  #idle = 0

  constructor(options: GroupLeaderOptions, topics: SourceTopics) {
    this.#options = options
    this.#topics = topics
  }

  /** What made the last assignment impossible. */
  get failure(): StreamsError | undefined {
    return this.#failure
  }

  /**
   * Creates the internal topics and gives every member its tasks. What makes that impossible is told to all members, so
   * that none waits for ever.
   */
  async assign(members: readonly MemberMetadata[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const toAll = (error: number): ReadonlyMap<string, Uint8Array> =>
      new Map(members.map(({ memberId }) => [memberId, encodeFailedAssignment(error)]))
    this.#failure = undefined
    try {
      const subscribed = members.map(decodeMember)
      if (subscribed.some(({ info }) => info.errorCode === assignmentError.shutdownRequested))
        return toAll(assignmentError.shutdownRequested)
      return await this.#assign(subscribed)
    } catch (error) {
      if (!StreamsError.is(error)) throw error
      this.#failure = error
      return toAll(
        error.code === 'topic-missing'
          ? assignmentError.incompleteSourceTopicMetadata
          : assignmentError.assignmentError,
      )
    }
  }

  async #assign(members: readonly SubscribedMember[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const { processId, assignment } = this.#options
    const tasks = this.#tasks(await this.#topics.prepare())
    this.#warnOfIdle(members.length, tasks.length)
    const inputs = new Map(tasks.map((task) => [task, this.#topics.inputsOf(task.id)]))
    const group = members.map((member) => groupMember(member, readers(inputs)))
    const assigned = assignGroup({
      tasks,
      members: group,
      leader: processId,
      endOffsetSums: await changelogEnds(tasks, group, this.#options),
      promised: this.#promised,
      config: assignment,
    })
    this.#promised = promisesOf(assigned)
    return this.#encode(assigned, members, (task) => inputs.get(task)!)
  }

  /** Said anew only when there are others. */
  #warnOfIdle(threads: number, tasks: number): void {
    const idle = threads - tasks
    if (idle > 0 && idle !== this.#idle)
      this.#options.logger.warn(
        { threads, tasks },
        `the group has ${threads} stream threads for ${tasks} tasks: ${idle} have nothing to run; fewer threads do, or more partitions of the source topics`,
      )
    this.#idle = idle
  }

  #tasks(partitions: ReadonlyMap<number, number>): readonly Task[] {
    return [...partitions].flatMap(([subtopology, count]) => {
      const stateful = restoredStores(this.#options.plan, subtopology).length > 0
      return Array.from({ length: count }, (_, partition): Task => {
        const id: TaskId = { subtopology, partition }
        return { id, name: taskName(id), stateful }
      })
    })
  }

  #encode(
    { members, clients }: GroupAssignments,
    subscribed: readonly SubscribedMember[],
    inputsOf: (task: Task) => readonly TopicPartition[],
  ): ReadonlyMap<string, Uint8Array> {
    const endPoints = new Map(subscribed.map(({ info }) => [info.processId, info.userEndPoint]))
    const hosts = (which: 'active' | 'standby'): readonly HostPartitions[] =>
      clients.flatMap((client) => {
        const host = hostOf(endPoints.get(client.processId) ?? null)
        return host ? [{ ...host, partitions: [...client[which]].flatMap(inputsOf) }] : []
      })
    const all = { active: hosts('active'), standby: hosts('standby') }
    const encode = (member: MemberAssignment): Uint8Array =>
      encodeMemberAssignment(member, inputsOf, all, this.#nextRebalanceMs(member))
    return new Map([...members].map(([memberId, member]) => [memberId, encode(member)]))
  }

  #nextRebalanceMs({ rebalance }: MemberAssignment): number {
    const { clock, assignment } = this.#options
    if (rebalance === 'now') return 0
    return rebalance === 'probing'
      ? clock.now() + assignment.probingRebalanceIntervalMs
      : Number.POSITIVE_INFINITY
  }
}

/** Names of the tasks by name of the partition that they read. */
function readers(inputs: ReadonlyMap<Task, readonly TopicPartition[]>): ReadonlyMap<string, string> {
  return new Map(
    [...inputs].flatMap(([{ name }, partitions]) =>
      partitions.map(({ topic, partition }) => [topicPartitionName(topic, partition), name] as const),
    ),
  )
}

function promisesOf({ members }: GroupAssignments): ReadonlyMap<string, string> {
  return new Map(
    [...members].flatMap(([memberId, { promised }]) => promised.map(({ name }) => [name, memberId] as const)),
  )
}

/** @param endPoint `host:port`. */
export function hostOf(
  endPoint: string | null,
): { readonly host: string; readonly port: number } | undefined {
  const colon = endPoint?.lastIndexOf(':') ?? -1
  if (endPoint === null || colon < 0) return undefined
  return { host: endPoint.slice(0, colon), port: Number(endPoint.slice(colon + 1)) }
}
