import type { Client, MemberMetadata } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import { compareTaskIds, parseTaskId, type TaskId, taskName } from '../core/task-id.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import { internalTopics, subtopologyPartitions } from '../plan/internal-topics.ts'
import { topicName } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import {
  assignmentError,
  decodeAssignmentInfo,
  encodeAssignmentInfo,
  type HostPartitions,
} from '../protocol/assignment-info.ts'
import {
  type ConsumerProtocolPartitions,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../protocol/consumer-protocol.ts'
import {
  decodeSubscriptionInfo,
  encodeSubscriptionInfo,
  latestOffsetSum,
  type SubscriptionInfo,
  streamsProtocolVersion,
} from '../protocol/subscription-info.ts'
import { type AssignorMember, assignTasks } from './task-assignor.ts'

export interface StreamsAssignorOptions {
  readonly plan: Plan
  readonly applicationId: string
  readonly processId: string
  readonly client: Client
  readonly replicationFactor: number
  /** `host:port` where this instance answers queries. */
  readonly applicationServer: string | undefined
  /** Tasks with state on this machine's disk, and how many changelog records it covers. */
  localTasks(): ReadonlyMap<string, number>
}

/** What a rebalance tells a member. */
export interface GroupAssignment {
  readonly tasks: readonly TaskId[]
  /** Input partitions of every instance that answers queries. */
  readonly owners: readonly HostPartitions[]
}

/** Kafka Streams' side of the classic group protocol (Java's StreamsPartitionAssignor), in Java's bytes. */
export class StreamsAssignor {
  readonly #options: StreamsAssignorOptions
  /** Of all topics that tasks read, as the last assignment found them. */
  readonly #partitions = new Map<string, number>()
  #uniqueField = 0
  #failure: StreamsError | undefined

  constructor(options: StreamsAssignorOptions) {
    this.#options = options
  }

  /** What this member says when it joins: its state, so that tasks go where their state is. */
  subscription(running: readonly string[]): Uint8Array {
    const { processId, applicationServer } = this.#options
    const state = new Map(this.#options.localTasks())
    for (const name of running) state.set(name, latestOffsetSum)
    const userData = encodeSubscriptionInfo({
      processId,
      userEndPoint: applicationServer ?? null,
      taskOffsetSums: [...state].map(([name, offsetSum]) => ({ taskId: parseTaskId(name), offsetSum })),
      uniqueField: this.#nextUniqueField(),
      errorCode: 0,
      clientTags: new Map(),
    })
    const topics = [...new Set(this.#sourceTopics().map(({ topic }) => topic))].sort()
    return encodeSubscription({ topics, userData, ownedPartitions: [], generationId: -1, rackId: null })
  }

  /**
   * As the leader: creates the internal topics and gives every member its tasks. What makes that impossible is told
   * to all members, so that none waits for ever.
   */
  async assign(members: readonly MemberMetadata[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const infos = members.map(
      ({ memberId, metadata }): Member => ({
        memberId,
        info: subscriptionInfo(memberId, decodeSubscription(metadata).userData),
      }),
    )
    try {
      this.#failure = undefined
      const partitions = await this.#prepareTopics()
      return this.#assignments(infos, partitions)
    } catch (error) {
      if (!StreamsError.is(error)) throw error
      this.#failure = error
      const code =
        error.code === 'topic-missing'
          ? assignmentError.incompleteSourceTopicMetadata
          : assignmentError.assignmentError
      return new Map(members.map(({ memberId }) => [memberId, encode([], [], [], code)]))
    }
  }

  /** Reads what the leader sent. @throws StreamsError `topic-missing`, or whatever kept the leader from assigning. */
  assignment(bytes: Uint8Array): GroupAssignment {
    const { userData } = decodeAssignment(bytes)
    if (!userData) throw new StreamsError('protocol-malformed', 'the group leader sent no AssignmentInfo')
    const info = decodeAssignmentInfo(userData)
    if (info.errorCode !== assignmentError.none) {
      if (this.#failure) throw this.#failure
      if (info.errorCode === assignmentError.incompleteSourceTopicMetadata)
        throw new StreamsError('topic-missing', 'the group leader reports that a source topic does not exist')
      throw new StreamsError(
        'topic-mismatch',
        'the group leader could not assign tasks; see its log for the reason',
      )
    }
    const tasks = new Map(info.activeTasks.map((id) => [taskName(id), id]))
    return { tasks: [...tasks.values()].sort(compareTaskIds), owners: info.partitionsByHost }
  }

  /** Checks source topics and makes internal ones. @returns the number of tasks by id of the subtopology. */
  async #prepareTopics(): Promise<ReadonlyMap<number, number>> {
    const { plan, applicationId, client, replicationFactor } = this.#options
    const external = this.#sourceTopics().filter(({ internal }) => !internal)
    const globals = plan.globalStores.flatMap(({ source }) => source.topics)
    const found = await client.topics([...external.map(({ topic }) => topic), ...globals])
    const partitionsOf = (topic: string): number | undefined => found.get(topic)?.partitions
    const wanted = internalTopics(plan, applicationId, partitionsOf)
    const existing = await client.topics(wanted.map(({ name }) => name))
    for (const { name, partitions } of wanted) {
      const actual = existing.get(name)?.partitions
      if (actual === undefined || actual === partitions) continue
      throw new StreamsError(
        'topic-mismatch',
        `internal topic ${name} has ${actual} partitions, but the topology needs ${partitions}`,
      )
    }
    await client.createTopics(
      wanted
        .filter(({ name }) => !existing.has(name))
        .map(({ name, partitions, config }) => ({ name, partitions, replicationFactor, configs: config })),
    )
    for (const { name, partitions } of [...wanted, ...found.values()]) this.#partitions.set(name, partitions)
    return subtopologyPartitions(plan, partitionsOf)
  }

  #assignments(
    members: readonly Member[],
    partitions: ReadonlyMap<number, number>,
  ): ReadonlyMap<string, Uint8Array> {
    const tasks = [...partitions].flatMap(([subtopology, count]) =>
      Array.from({ length: count }, (_, partition): TaskId => ({ subtopology, partition })),
    )
    const assigned = assignTasks(tasks, members.map(assignorMember))
    const inputs = new Map(
      members.map(({ memberId }) => [
        memberId,
        assigned
          .get(memberId)!
          .flatMap((task) => this.#inputsOf(task))
          .sort(byPartition),
      ]),
    )
    const hosts = members.flatMap(({ memberId, info }): HostPartitions[] => {
      const colon = info.userEndPoint?.lastIndexOf(':') ?? -1
      if (!info.userEndPoint || colon < 0) return []
      return [
        {
          host: info.userEndPoint.slice(0, colon),
          port: Number(info.userEndPoint.slice(colon + 1)),
          partitions: inputs.get(memberId)!,
        },
      ]
    })
    return new Map(
      members.map(({ memberId }) => {
        const own = inputs.get(memberId)!
        return [
          memberId,
          encode(
            own,
            own.map(({ task }) => task),
            hosts,
            assignmentError.none,
          ),
        ]
      }),
    )
  }

  #inputsOf(task: TaskId): readonly Input[] {
    const { plan, applicationId } = this.#options
    const { sources } = plan.subtopologies.find(({ id }) => id === task.subtopology)!
    return sources
      .flatMap(({ topics, internal }) => topics.map((topic) => topicName(applicationId, topic, internal)))
      .filter((topic) => task.partition < (this.#partitions.get(topic) ?? 0))
      .map((topic) => ({ topic, partition: task.partition, task }))
  }

  #sourceTopics(): readonly { readonly topic: string; readonly internal: boolean }[] {
    const { plan, applicationId } = this.#options
    return plan.subtopologies.flatMap(({ sources }) =>
      sources.flatMap(({ topics, internal }) =>
        topics.map((topic) => ({ topic: topicName(applicationId, topic, internal), internal })),
      ),
    )
  }

  #nextUniqueField(): number {
    this.#uniqueField = (this.#uniqueField + 1) & 0x7f
    return this.#uniqueField
  }
}

interface Member {
  readonly memberId: string
  readonly info: SubscriptionInfo
}

interface Input extends TopicPartition {
  readonly task: TaskId
}

function subscriptionInfo(memberId: string, userData: Uint8Array | null): SubscriptionInfo {
  if (userData) return decodeSubscriptionInfo(userData)
  throw new StreamsError(
    'protocol-malformed',
    `member ${memberId} is not a Kafka Streams member: it sent no SubscriptionInfo`,
  )
}

function assignorMember({ memberId, info }: Member): AssignorMember {
  return {
    memberId,
    state: new Map(
      info.taskOffsetSums.map(({ taskId, offsetSum }) => [
        taskName(taskId),
        offsetSum === latestOffsetSum ? 'running' : Math.max(0, offsetSum),
      ]),
    ),
  }
}

/** Java's PARTITION_COMPARATOR: members rely on this order to tell which task a partition belongs to. */
function byPartition(a: TopicPartition, b: TopicPartition): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  return a.partition - b.partition
}

function encode(
  partitions: readonly TopicPartition[],
  activeTasks: readonly TaskId[],
  partitionsByHost: readonly HostPartitions[],
  errorCode: number,
): Uint8Array {
  const byTopic = new Map<string, number[]>()
  for (const { topic, partition } of partitions) {
    const list = byTopic.get(topic) ?? []
    list.push(partition)
    byTopic.set(topic, list)
  }
  return encodeAssignment({
    assignedPartitions: [...byTopic].map(
      ([topic, list]): ConsumerProtocolPartitions => ({ topic, partitions: list }),
    ),
    userData: encodeAssignmentInfo({
      version: streamsProtocolVersion,
      commonlySupportedVersion: streamsProtocolVersion,
      activeTasks,
      standbyTasks: [],
      partitionsByHost,
      standbyPartitionsByHost: [],
      errorCode,
      nextRebalanceMs: Number.POSITIVE_INFINITY,
    }),
  })
}
