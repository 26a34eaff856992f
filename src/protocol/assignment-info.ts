import { StreamsError } from '../core/errors.ts'
import type { TaskId } from '../core/task-id.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import { decodeAll } from './codec.ts'
import { javaUtf } from './java-utf.ts'
import { Reader } from './reader.ts'
import { array, int32, type Type } from './schema.ts'
import { struct } from './struct.ts'
import { streamsProtocolVersion } from './subscription-info.ts'
import { Writer } from './writer.ts'

/**
 * What the leader of a Kafka Streams group tells a member, in the userData of its ConsumerProtocolAssignment: Java's
 * AssignmentInfo, version 11. Not a Kafka message but what Java's DataOutputStream writes.
 */
export interface AssignmentInfo {
  /** The version that this is written in, and the one that all members know. */
  readonly version: number
  readonly commonlySupportedVersion: number
  /** In the order of the member's assigned partitions: one task for each. */
  readonly activeTasks: readonly TaskId[]
  readonly standbyTasks: readonly StandbyTask[]
  readonly partitionsByHost: readonly HostPartitions[]
  readonly standbyPartitionsByHost: readonly HostPartitions[]
  /** See `assignmentError`. */
  readonly errorCode: number
  /** When the member is to rejoin by itself, in epoch milliseconds; Infinity: never. */
  readonly nextRebalanceMs: number
}

/** Java's AssignorError. */
export const assignmentError = {
  none: 0,
  incompleteSourceTopicMetadata: 1,
  versionProbing: 2,
  assignmentError: 3,
  shutdownRequested: 4,
} as const

export interface StandbyTask {
  readonly taskId: TaskId
  readonly partitions: readonly TopicPartition[]
}

export interface HostPartitions {
  readonly host: string
  readonly port: number
  readonly partitions: readonly TopicPartition[]
}

/** Topics by index: their names stand once, in `topics`. */
interface IndexedPartition {
  readonly topic: number
  readonly partition: number
}

interface IndexedHostPartitions {
  readonly host: string
  readonly port: number
  readonly partitions: readonly IndexedPartition[]
}

interface TopicName {
  readonly index: number
  readonly name: string
}

type Wire = Omit<AssignmentInfo, 'partitionsByHost' | 'standbyPartitionsByHost'> & {
  readonly topics: readonly TopicName[]
  readonly partitionsByHost: readonly IndexedHostPartitions[]
  readonly standbyPartitionsByHost: readonly IndexedHostPartitions[]
}

const taskId: Type<TaskId> = {
  at: () => ({
    read(reader) {
      const id = { subtopology: reader.int32(), partition: reader.int32() }
      const nameLength = reader.int32()
      if (nameLength !== 0) throw reader.malformed('a named topology, which is not supported,')
      return id
    },
    write(writer, id) {
      writer.int32(id.subtopology)
      writer.int32(id.partition)
      writer.int32(0)
    },
  }),
}

/** An int64 whose greatest value, Long.MAX_VALUE, stands for never. */
const instantOrNever: Type<number> = {
  at: () => ({
    read(reader) {
      const high = reader.int32()
      const low = reader.int32()
      if (high === longMax.high && low === longMax.low) return Number.POSITIVE_INFINITY
      const instant = high * 0x1_0000_0000 + (low >>> 0)
      if (Number.isSafeInteger(instant)) return instant
      throw reader.malformed('a rebalance time beyond 2^53')
    },
    write(writer, instant) {
      if (instant !== Number.POSITIVE_INFINITY) return writer.int64(instant)
      writer.int32(longMax.high)
      writer.int32(longMax.low)
    },
  }),
}

const longMax = { high: 0x7fff_ffff, low: -1 }

const topicPartition = struct<TopicPartition>({ topic: javaUtf, partition: int32 })

const hostPartitions = array(
  struct<IndexedHostPartitions>({
    host: javaUtf,
    port: int32,
    partitions: array(struct<IndexedPartition>({ topic: int32, partition: int32 })),
  }),
)

const wire = struct<Wire>({
  version: int32,
  commonlySupportedVersion: int32,
  activeTasks: array(taskId),
  standbyTasks: array(struct<StandbyTask>({ taskId, partitions: array(topicPartition) })),
  topics: array(struct<TopicName>({ index: int32, name: javaUtf })),
  partitionsByHost: hostPartitions,
  standbyPartitionsByHost: hostPartitions,
  errorCode: int32,
  nextRebalanceMs: instantOrNever,
}).at(streamsProtocolVersion, false)

export function encodeAssignmentInfo(info: AssignmentInfo): Uint8Array {
  const indexes = new Map<string, number>()
  for (const { partitions } of [...info.partitionsByHost, ...info.standbyPartitionsByHost])
    for (const { topic } of partitions) if (!indexes.has(topic)) indexes.set(topic, indexes.size)
  const indexed = (hosts: readonly HostPartitions[]): IndexedHostPartitions[] =>
    hosts.map(({ host, port, partitions }) => ({
      host,
      port,
      partitions: partitions.map(({ topic, partition }) => ({ topic: indexes.get(topic)!, partition })),
    }))
  const writer = new Writer()
  wire.write(writer, {
    ...info,
    topics: [...indexes].map(([name, index]) => ({ index, name })),
    partitionsByHost: indexed(info.partitionsByHost),
    standbyPartitionsByHost: indexed(info.standbyPartitionsByHost),
  })
  return writer.finish()
}

/** @throws StreamsError `member-unsupported` for versions other than 11; `protocol-malformed` */
export function decodeAssignmentInfo(bytes: Uint8Array): AssignmentInfo {
  const what = 'AssignmentInfo'
  const reader = new Reader(bytes, what)
  const version = reader.int32()
  if (version !== streamsProtocolVersion)
    throw new StreamsError(
      'member-unsupported',
      `${what}: unsupported version ${version}: the leader of the group, or one of its members, is older than Kafka Streams 3.2`,
    )
  const { topics, ...info } = decodeAll(wire, bytes, what)
  const names = new Map(topics.map(({ index, name }) => [index, name]))
  const nameOf = (index: number): string => {
    const name = names.get(index)
    if (name !== undefined) return name
    throw new StreamsError('protocol-malformed', `${what}: no topic has index ${index}`)
  }
  const named = (hosts: readonly IndexedHostPartitions[]): HostPartitions[] =>
    hosts.map(({ host, port, partitions }) => ({
      host,
      port,
      partitions: partitions.map(({ topic, partition }) => ({ topic: nameOf(topic), partition })),
    }))
  return {
    ...info,
    partitionsByHost: named(info.partitionsByHost),
    standbyPartitionsByHost: named(info.standbyPartitionsByHost),
  }
}
