import { type Api, defineApi } from '../codec.ts'
import { array, int16, int32, int64, nullableString, string } from '../schema.ts'
import { struct, unused } from '../struct.ts'

/** Key 8, versions 7 and 8: offsets of a group, outside a transaction. Not used: leader epochs of the offsets. */
export interface OffsetCommitRequest {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly topics: readonly OffsetCommitTopic[]
}

export interface OffsetCommitTopic {
  readonly name: string
  readonly partitions: readonly OffsetCommitPartition[]
}

export interface OffsetCommitPartition {
  readonly partitionIndex: number
  readonly committedOffset: number
  readonly committedMetadata: string | null
}

export interface OffsetCommitResponse {
  readonly throttleTimeMs: number
  readonly topics: readonly OffsetCommitTopicResult[]
}

export interface OffsetCommitTopicResult {
  readonly name: string
  readonly partitions: readonly OffsetCommitPartitionResult[]
}

export interface OffsetCommitPartitionResult {
  readonly partitionIndex: number
  readonly errorCode: number
}

const partition = struct<OffsetCommitPartition>({
  partitionIndex: int32,
  committedOffset: int64,
  _committedLeaderEpoch: unused(int32, -1),
  committedMetadata: nullableString,
})

const request = struct<OffsetCommitRequest>({
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: nullableString,
  topics: array(struct<OffsetCommitTopic>({ name: string, partitions: array(partition) })),
})

const partitionResult = struct<OffsetCommitPartitionResult>({ partitionIndex: int32, errorCode: int16 })

const response = struct<OffsetCommitResponse>({
  throttleTimeMs: int32,
  topics: array(struct<OffsetCommitTopicResult>({ name: string, partitions: array(partitionResult) })),
})

export const offsetCommit: Api<OffsetCommitRequest, OffsetCommitResponse> = defineApi({
  key: 8,
  name: 'OffsetCommit',
  versions: [7, 8],
  flexible: 8,
  request,
  response,
})
