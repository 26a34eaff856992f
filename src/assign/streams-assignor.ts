import type { MemberMetadata } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import { compareTaskIds, parseTaskId, type TaskId, taskName } from '../core/task-id.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import { assignmentError, decodeAssignmentInfo, type HostPartitions } from '../protocol/assignment-info.ts'
import {
  type ConsumerProtocolPartitions,
  decodeAssignment,
  encodeSubscription,
} from '../protocol/consumer-protocol.ts'
import { encodeSubscriptionInfo, latestOffsetSum, type TaskOffsetSum } from '../protocol/subscription-info.ts'
import { restoredStores } from './changelog-ends.ts'
import { byTopic, comparePartitions } from './encode-assignments.ts'
import { GroupLeader, type GroupLeaderOptions, hostOf } from './group-leader.ts'
import { SourceTopics, type SourceTopicsOptions } from './source-topics.ts'

export interface StreamsAssignorOptions extends SourceTopicsOptions, GroupLeaderOptions {
  /** `host:port` where this instance answers queries. */
  readonly applicationServer: string | undefined
  readonly clientTags: Readonly<Record<string, string>>
  /** Tasks with state on this machine's disk, and how many changelog records it covers. */
  localTasks(): ReadonlyMap<string, number>
}

/** What a member has, when it joins; all by name of the task. */
export interface MemberState {
  /** Active tasks that have been restored. */
  readonly running: readonly string[]
  /** Of its other tasks, standbys and those being restored: how many changelog records they hold. */
  readonly offsetSums: ReadonlyMap<string, number>
  /** Active tasks assigned and not given up, running or not: others begin them only when they are not here any more. */
  readonly owned: readonly string[]
  /** Tasks that other threads of the process have: it is for them to tell. */
  readonly elsewhere: ReadonlySet<string>
  /** All instances are to shut down (KIP-671). */
  readonly shutdownRequested: boolean
}

/** What a rebalance tells a member. */
export interface GroupAssignment {
  readonly tasks: readonly TaskId[]
  /** Tasks of which this member keeps a copy: standbys, and warm-ups of tasks that will be its own. */
  readonly standbys: readonly TaskId[]
  /** When to join again without being asked, ms since the epoch; Infinity: not at all. */
  readonly nextRebalanceMs: number
  /** What each of them reads, by its name. */
  readonly inputs: ReadonlyMap<string, readonly TopicPartition[]>
  /** What each task in `standbys` would read, by its name. */
  readonly standbyInputs: ReadonlyMap<string, readonly TopicPartition[]>
  /** Input partitions of every instance that answers queries. */
  readonly owners: readonly HostPartitions[]
  /** The same of their standbys. */
  readonly standbyOwners: readonly HostPartitions[]
}

/** Kafka Streams' side of the classic group protocol (Java's StreamsPartitionAssignor), in Java's bytes. */
export class StreamsAssignor {
  readonly #options: StreamsAssignorOptions
  readonly topics: SourceTopics
  readonly #leader: GroupLeader
  /** Of the last assignment, by task. */
  #inputs: ReadonlyMap<string, readonly TopicPartition[]> = new Map()
  #uniqueField = 0

  constructor(options: StreamsAssignorOptions) {
    this.#options = options
    this.topics = new SourceTopics(options)
    this.#leader = new GroupLeader(options, this.topics)
  }

  /** What this member says when it joins: what it has, so that tasks go where their state is. */
  subscription(state: MemberState): Uint8Array {
    const { processId, applicationServer, clientTags } = this.#options
    const userData = encodeSubscriptionInfo({
      processId,
      userEndPoint: applicationServer ?? null,
      taskOffsetSums: this.#offsetSums(state),
      uniqueField: this.#nextUniqueField(),
      errorCode: state.shutdownRequested ? assignmentError.shutdownRequested : assignmentError.none,
      clientTags: new Map(Object.entries(clientTags)),
    })
    const owned = state.owned.flatMap((name) => this.#inputs.get(name) ?? [])
    return encodeSubscription({
      topics: this.topics.names,
      userData,
      ownedPartitions: byTopic([...owned].sort(comparePartitions)),
      generationId: -1,
      rackId: null,
    })
  }

  /** As the leader: gives every member its tasks. */
  assign(members: readonly MemberMetadata[]): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#leader.assign(members)
  }

  /** Reads what the leader sent. @throws StreamsError `topic-missing`, or whatever kept the leader from assigning. */
  assignment(bytes: Uint8Array): GroupAssignment {
    const { assignedPartitions, userData } = decodeAssignment(bytes)
    if (!userData) throw new StreamsError('protocol-malformed', 'the group leader sent no AssignmentInfo')
    const info = decodeAssignmentInfo(userData)
    if (info.errorCode !== assignmentError.none) throw this.#failure(info.errorCode)
    const tasks = new Map(info.activeTasks.map((id) => [taskName(id), id]))
    this.#inputs = inputsByTask(assignedPartitions, info.activeTasks)
    return {
      tasks: [...tasks.values()].sort(compareTaskIds),
      standbys: info.standbyTasks.map(({ taskId }) => taskId).sort(compareTaskIds),
      nextRebalanceMs: this.#isKnown(info.partitionsByHost) ? info.nextRebalanceMs : 0,
      inputs: this.#inputs,
      standbyInputs: new Map(
        info.standbyTasks.map(({ taskId, partitions }) => [taskName(taskId), partitions]),
      ),
      owners: info.partitionsByHost,
      standbyOwners: info.standbyPartitionsByHost,
    }
  }

  #offsetSums({ running, offsetSums, elsewhere }: MemberState): readonly TaskOffsetSum[] {
    const sums = new Map(this.#options.localTasks())
    for (const name of elsewhere) sums.delete(name)
    for (const [name, sum] of offsetSums) sums.set(name, sum)
    for (const name of running) sums.set(name, latestOffsetSum)
    return [...sums]
      .map(([name, offsetSum]) => ({ taskId: parseTaskId(name), offsetSum }))
      .filter(({ taskId }) => restoredStores(this.#options.plan, taskId.subtopology).length > 0)
  }

  #failure(errorCode: number): StreamsError {
    if (errorCode === assignmentError.shutdownRequested)
      return new StreamsError('shutdown-requested', 'an instance of the application asks all to shut down')
    if (this.#leader.failure) return this.#leader.failure
    if (errorCode === assignmentError.incompleteSourceTopicMetadata)
      return new StreamsError('topic-missing', 'the group leader reports that a source topic does not exist')
    return new StreamsError(
      'topic-mismatch',
      'the group leader could not assign tasks; see its log for the reason',
    )
  }

  /**
   * A static member that comes back with another address gets its old assignment: the others hear of the address in the
   * next one (StreamsPartitionAssignor.verifyHostInfo).
   */
  #isKnown(hosts: readonly HostPartitions[]): boolean {
    const own = hostOf(this.#options.applicationServer ?? null)
    if (!own || hosts.length === 0) return true
    return hosts.some(({ host, port }) => host === own.host && port === own.port)
  }

  #nextUniqueField(): number {
    this.#uniqueField = (this.#uniqueField + 1) & 0x7f
    return this.#uniqueField
  }
}

/** Both lists are of one order: the task beside a partition reads it. */
function inputsByTask(
  assigned: readonly ConsumerProtocolPartitions[],
  tasks: readonly TaskId[],
): ReadonlyMap<string, readonly TopicPartition[]> {
  const inputs = assigned
    .flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })))
    .sort(comparePartitions)
  if (inputs.length !== tasks.length)
    throw new StreamsError(
      'protocol-malformed',
      `the group leader assigned ${inputs.length} partitions to ${tasks.length} tasks: these must be as many`,
    )
  const byTask = new Map<string, TopicPartition[]>()
  for (const [i, input] of inputs.entries()) {
    const name = taskName(tasks[i]!)
    byTask.set(name, [...(byTask.get(name) ?? []), input])
  }
  return byTask
}
