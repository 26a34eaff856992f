import { type Api, defineApi } from '../codec.ts'
import { array, int16, int32, int64, nullableString, string } from '../schema.ts'
import { struct, unused } from '../struct.ts'

/**
 * Key 28, version 3: input offsets as part of a transaction. Only from version 3 does the broker check generation,
 * member and instance id, and so refuse the offsets of a zombie. Not used: leader epochs of the offsets.
 */
export interface TxnOffsetCommitRequest {
  readonly transactionalId: string
  readonly groupId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly topics: readonly TxnOffsetCommitTopic[]
}

export interface TxnOffsetCommitTopic {
  readonly name: string
  readonly partitions: readonly TxnOffsetCommitPartition[]
}

export interface TxnOffsetCommitPartition {
  readonly partitionIndex: number
  readonly committedOffset: number
  readonly committedMetadata: string | null
}

export interface TxnOffsetCommitResponse {
  readonly throttleTimeMs: number
  readonly topics: readonly TxnOffsetCommitTopicResult[]
}

export interface TxnOffsetCommitTopicResult {
  readonly name: string
  readonly partitions: readonly TxnOffsetCommitPartitionResult[]
}

export interface TxnOffsetCommitPartitionResult {
  readonly partitionIndex: number
  readonly errorCode: number
}

const partition = struct<TxnOffsetCommitPartition>({
  partitionIndex: int32,
  committedOffset: int64,
  _committedLeaderEpoch: unused(int32, -1),
  committedMetadata: nullableString,
})

const request = struct<TxnOffsetCommitRequest>({
  transactionalId: string,
  groupId: string,
  producerId: int64,
  producerEpoch: int16,
  generationId: int32,
  memberId: string,
  groupInstanceId: nullableString,
  topics: array(struct<TxnOffsetCommitTopic>({ name: string, partitions: array(partition) })),
})

const partitionResult = struct<TxnOffsetCommitPartitionResult>({ partitionIndex: int32, errorCode: int16 })

const response = struct<TxnOffsetCommitResponse>({
  throttleTimeMs: int32,
  topics: array(struct<TxnOffsetCommitTopicResult>({ name: string, partitions: array(partitionResult) })),
})

export const txnOffsetCommit: Api<TxnOffsetCommitRequest, TxnOffsetCommitResponse> = defineApi({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: [3, 3],
  flexible: 3,
  request,
  response,
})
