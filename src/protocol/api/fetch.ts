import { type Api, defineApi } from '../codec.ts'
import { array, int8, int16, int32, int64, nullableArray, records, string } from '../schema.ts'
import { struct, tagged, unused } from '../struct.ts'

/**
 * Key 1, versions 11 and 12: reads logs. Later versions name topics by id, which gains a client nothing. Not used:
 * what is meant for replicas (replica id, last fetched epoch, log start offset, diverging epoch, snapshot id), cluster id
 * and rack id.
 */
export interface FetchRequest {
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  /** 0: read uncommitted, 1: read committed. */
  readonly isolationLevel: number
  /** Fetch session (KIP-227); session 0 with epoch -1 is none. */
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly topics: readonly FetchTopic[]
  /** Partitions to take out of the session. */
  readonly forgottenTopics: readonly ForgottenTopic[]
}

export const noFetchSession: Pick<FetchRequest, 'sessionId' | 'sessionEpoch'> = {
  sessionId: 0,
  sessionEpoch: -1,
}

export interface FetchTopic {
  readonly topic: string
  readonly partitions: readonly FetchPartition[]
}

export interface FetchPartition {
  readonly partition: number
  /** -1: unknown; else the broker answers FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH if it has another. */
  readonly currentLeaderEpoch: number
  readonly fetchOffset: number
  readonly partitionMaxBytes: number
}

export interface ForgottenTopic {
  readonly topic: string
  readonly partitions: readonly number[]
}

export interface FetchResponse {
  readonly throttleTimeMs: number
  readonly errorCode: number
  readonly sessionId: number
  readonly responses: readonly FetchedTopic[]
}

export interface FetchedTopic {
  readonly topic: string
  readonly partitions: readonly FetchedPartition[]
}

export interface FetchedPartition {
  readonly partitionIndex: number
  readonly errorCode: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  /** Where the leader went, if the broker says so. */
  readonly currentLeader: LeaderIdAndEpoch
  /** Transactions that were aborted within the records, for read committed; null for read uncommitted. */
  readonly abortedTransactions: readonly AbortedTransaction[] | null
  /** A replica that the broker would rather have read from; -1: none. */
  readonly preferredReadReplica: number
  /** Record batches as a view of the response; the last may be cut off. */
  readonly records: Uint8Array | null
}

export interface LeaderIdAndEpoch {
  readonly leaderId: number
  readonly leaderEpoch: number
}

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

export const unknownLeader: LeaderIdAndEpoch = { leaderId: -1, leaderEpoch: -1 }

const consumer = -1

const partition = struct<FetchPartition>({
  partition: int32,
  currentLeaderEpoch: int32,
  fetchOffset: int64,
  _lastFetchedEpoch: unused(int32, -1, 12),
  _logStartOffset: unused(int64, -1),
  partitionMaxBytes: int32,
})

const request = struct<FetchRequest>({
  _replicaId: unused(int32, consumer),
  maxWaitMs: int32,
  minBytes: int32,
  maxBytes: int32,
  isolationLevel: int8,
  sessionId: int32,
  sessionEpoch: int32,
  topics: array(struct<FetchTopic>({ topic: string, partitions: array(partition) })),
  forgottenTopics: array(struct<ForgottenTopic>({ topic: string, partitions: array(int32) })),
  _rackId: unused(string, ''),
})

const aborted = struct<AbortedTransaction>({ producerId: int64, firstOffset: int64 })

const fetched = struct<FetchedPartition>({
  partitionIndex: int32,
  errorCode: int16,
  highWatermark: int64,
  lastStableOffset: int64,
  logStartOffset: int64,
  currentLeader: tagged(
    1,
    12,
    struct<LeaderIdAndEpoch>({ leaderId: int32, leaderEpoch: int32 }),
    unknownLeader,
  ),
  abortedTransactions: nullableArray(aborted),
  preferredReadReplica: int32,
  records,
})

const response = struct<FetchResponse>({
  throttleTimeMs: int32,
  errorCode: int16,
  sessionId: int32,
  responses: array(struct<FetchedTopic>({ topic: string, partitions: array(fetched) })),
})

export const fetch: Api<FetchRequest, FetchResponse> = defineApi({
  key: 1,
  name: 'Fetch',
  versions: [11, 12],
  flexible: 12,
  request,
  response,
})
