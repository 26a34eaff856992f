import { type Api, defineApi } from '../codec.ts'
import { array, int8, int16, int32, int64, string } from '../schema.ts'
import { struct, unused } from '../struct.ts'

/** Key 2, versions 4 to 7: offsets by timestamp. Not used: replica id. */
export interface ListOffsetsRequest {
  /** 0: read uncommitted, 1: read committed. */
  readonly isolationLevel: number
  readonly topics: readonly ListOffsetsTopic[]
}

/** Special timestamps. */
export const latestTimestamp: number = -1
export const earliestTimestamp: number = -2

export interface ListOffsetsTopic {
  readonly name: string
  readonly partitions: readonly ListOffsetsPartition[]
}

export interface ListOffsetsPartition {
  readonly partitionIndex: number
  /** -1: unknown; else the broker answers FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH if it has another. */
  readonly currentLeaderEpoch: number
  readonly timestamp: number
}

export interface ListOffsetsResponse {
  readonly throttleTimeMs: number
  readonly topics: readonly ListOffsetsTopicResult[]
}

export interface ListOffsetsTopicResult {
  readonly name: string
  readonly partitions: readonly ListOffsetsPartitionResult[]
}

export interface ListOffsetsPartitionResult {
  readonly partitionIndex: number
  readonly errorCode: number
  readonly timestamp: number
  /** -1: no record is that late. */
  readonly offset: number
  readonly leaderEpoch: number
}

const consumer = -1

const partition = struct<ListOffsetsPartition>({
  partitionIndex: int32,
  currentLeaderEpoch: int32,
  timestamp: int64,
})

const request = struct<ListOffsetsRequest>({
  _replicaId: unused(int32, consumer),
  isolationLevel: int8,
  topics: array(struct<ListOffsetsTopic>({ name: string, partitions: array(partition) })),
})

const partitionResult = struct<ListOffsetsPartitionResult>({
  partitionIndex: int32,
  errorCode: int16,
  timestamp: int64,
  offset: int64,
  leaderEpoch: int32,
})

const response = struct<ListOffsetsResponse>({
  throttleTimeMs: int32,
  topics: array(struct<ListOffsetsTopicResult>({ name: string, partitions: array(partitionResult) })),
})

export const listOffsets: Api<ListOffsetsRequest, ListOffsetsResponse> = defineApi({
  key: 2,
  name: 'ListOffsets',
  versions: [4, 7],
  flexible: 6,
  request,
  response,
})
