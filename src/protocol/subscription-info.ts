import { utf8, utf8Text } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import type { TaskId } from '../core/task-id.ts'
import { decodeAll } from './codec.ts'
import { Reader } from './reader.ts'
import {
  array,
  bytes,
  int8,
  int32,
  int64,
  nullableString,
  seenAs,
  type Type,
  uuid,
  zeroUuid,
} from './schema.ts'
import { struct } from './struct.ts'
import { Writer } from './writer.ts'

/**
 * What a Kafka Streams member tells the group's leader, in the userData of its ConsumerProtocolSubscription:
 * Java's SubscriptionInfo, version 11 (the latest; since Kafka Streams 3.2).
 */
export interface SubscriptionInfo {
  readonly version: number
  readonly latestSupportedVersion: number
  readonly processId: string
  /** `host:port` of application.server; null: none. */
  readonly userEndPoint: string | null
  readonly taskOffsetSums: readonly TaskOffsetSum[]
  /** Differs from one rebalance to the next, so that the broker sees new metadata and does not skip the rebalance. */
  readonly uniqueField: number
  /** 0: none. */
  readonly errorCode: number
  readonly clientTags: ReadonlyMap<string, string>
}

/** How far a member's state of a task is: its changelog offsets added up, or one of the values below. */
export interface TaskOffsetSum {
  readonly taskId: TaskId
  readonly offsetSum: number
}

/** The member runs the task, up to date. */
export const latestOffsetSum: number = -2
export const unknownOffsetSum: number = -3

/** Of SubscriptionInfo and of AssignmentInfo (Java's StreamsAssignmentProtocolVersions.LATEST_SUPPORTED_VERSION). */
export const streamsProtocolVersion = 11

interface WireOffsetSum {
  readonly subtopology: number
  readonly partition: number
  readonly offsetSum: number
  readonly namedTopology: string | null
}

interface ClientTag {
  readonly key: string
  readonly value: string
}

const text: Type<string> = seenAs(bytes, utf8Text, utf8)

const optionalText: Type<string | null> = seenAs(
  text,
  (value) => (value === '' ? null : value),
  (value) => value ?? '',
)

const taskOffsetSum = seenAs<WireOffsetSum, TaskOffsetSum>(
  struct<WireOffsetSum>({
    subtopology: int32,
    partition: int32,
    offsetSum: int64,
    namedTopology: nullableString,
  }),
  ({ subtopology, partition, offsetSum, namedTopology }) => {
    if (namedTopology === null) return { taskId: { subtopology, partition }, offsetSum }
    throw new StreamsError(
      'protocol-malformed',
      `a member runs the named topology '${namedTopology}', which is not supported`,
    )
  },
  ({ taskId, offsetSum }) => ({ ...taskId, offsetSum, namedTopology: null }),
)

const clientTags = seenAs<readonly ClientTag[], ReadonlyMap<string, string>>(
  array(struct<ClientTag>({ key: text, value: text })),
  (tags) => new Map(tags.map(({ key, value }) => [key, value])),
  (tags) => [...tags].map(([key, value]) => ({ key, value })),
)

const subscriptionInfo = struct<SubscriptionInfo>({
  version: int32,
  latestSupportedVersion: int32,
  processId: uuid,
  userEndPoint: optionalText,
  taskOffsetSums: array(taskOffsetSum),
  uniqueField: int8,
  errorCode: int32,
  clientTags,
}).at(streamsProtocolVersion, false)

export function encodeSubscriptionInfo(
  info: Omit<SubscriptionInfo, 'version' | 'latestSupportedVersion'>,
): Uint8Array {
  const writer = new Writer()
  subscriptionInfo.write(writer, {
    ...info,
    version: streamsProtocolVersion,
    latestSupportedVersion: streamsProtocolVersion,
  })
  return writer.finish()
}

/**
 * Of a version from the future only `version` and `latestSupportedVersion` are read, as Java's leader does when it
 * probes for the version that all members know; the other fields are empty.
 * @throws StreamsError `member-unsupported` for versions before 11; `protocol-malformed`
 */
export function decodeSubscriptionInfo(bytes: Uint8Array): SubscriptionInfo {
  const reader = new Reader(bytes, 'SubscriptionInfo')
  const version = reader.int32()
  if (version > streamsProtocolVersion) return fromTheFuture(version, reader.int32())
  if (version < streamsProtocolVersion)
    throw new StreamsError(
      'member-unsupported',
      `SubscriptionInfo: unsupported version ${version}: a member of the group is older than Kafka Streams 3.2`,
    )
  return decodeAll(subscriptionInfo, bytes, 'SubscriptionInfo')
}

function fromTheFuture(version: number, latestSupportedVersion: number): SubscriptionInfo {
  return {
    version,
    latestSupportedVersion,
    processId: zeroUuid,
    userEndPoint: null,
    taskOffsetSums: [],
    uniqueField: 0,
    errorCode: 0,
    clientTags: new Map(),
  }
}
