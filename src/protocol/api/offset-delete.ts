import { type Api, defineApi } from '../codec.ts'
import { array, int16, int32, string } from '../schema.ts'
import { struct } from '../struct.ts'

/** Key 47, version 0: forgets committed offsets of a group (KIP-496). All fields are used. */
export interface OffsetDeleteRequest {
  readonly groupId: string
  readonly topics: readonly OffsetDeleteTopic[]
}

export interface OffsetDeleteTopic {
  readonly name: string
  readonly partitions: readonly OffsetDeletePartition[]
}

export interface OffsetDeletePartition {
  readonly partitionIndex: number
}

export interface OffsetDeleteResponse {
  readonly errorCode: number
  readonly throttleTimeMs: number
  readonly topics: readonly OffsetDeleteTopicResult[]
}

export interface OffsetDeleteTopicResult {
  readonly name: string
  readonly partitions: readonly OffsetDeletePartitionResult[]
}

export interface OffsetDeletePartitionResult {
  readonly partitionIndex: number
  readonly errorCode: number
}

const request = struct<OffsetDeleteRequest>({
  groupId: string,
  topics: array(
    struct<OffsetDeleteTopic>({
      name: string,
      partitions: array(struct<OffsetDeletePartition>({ partitionIndex: int32 })),
    }),
  ),
})

const response = struct<OffsetDeleteResponse>({
  errorCode: int16,
  throttleTimeMs: int32,
  topics: array(
    struct<OffsetDeleteTopicResult>({
      name: string,
      partitions: array(struct<OffsetDeletePartitionResult>({ partitionIndex: int32, errorCode: int16 })),
    }),
  ),
})

/** No version is flexible. */
export const offsetDelete: Api<OffsetDeleteRequest, OffsetDeleteResponse> = defineApi({
  key: 47,
  name: 'OffsetDelete',
  versions: [0, 0],
  flexible: 1,
  request,
  response,
})
