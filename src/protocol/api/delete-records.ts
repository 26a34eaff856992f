import { type Api, defineApi } from '../codec.ts'
import { array, int16, int32, int64, string } from '../schema.ts'
import { struct } from '../struct.ts'

/** Key 21, versions 1 and 2: deletes the records below an offset. All fields are used. */
export interface DeleteRecordsRequest {
  readonly topics: readonly DeleteRecordsTopic[]
  readonly timeoutMs: number
}

export interface DeleteRecordsTopic {
  readonly name: string
  readonly partitions: readonly DeleteRecordsPartition[]
}

export interface DeleteRecordsPartition {
  readonly partitionIndex: number
  /** -1: all records. */
  readonly offset: number
}

export interface DeleteRecordsResponse {
  readonly throttleTimeMs: number
  readonly topics: readonly DeleteRecordsTopicResult[]
}

export interface DeleteRecordsTopicResult {
  readonly name: string
  readonly partitions: readonly DeleteRecordsPartitionResult[]
}

export interface DeleteRecordsPartitionResult {
  readonly partitionIndex: number
  readonly lowWatermark: number
  readonly errorCode: number
}

const partition = struct<DeleteRecordsPartition>({ partitionIndex: int32, offset: int64 })

const request = struct<DeleteRecordsRequest>({
  topics: array(struct<DeleteRecordsTopic>({ name: string, partitions: array(partition) })),
  timeoutMs: int32,
})

const partitionResult = struct<DeleteRecordsPartitionResult>({
  partitionIndex: int32,
  lowWatermark: int64,
  errorCode: int16,
})

const response = struct<DeleteRecordsResponse>({
  throttleTimeMs: int32,
  topics: array(struct<DeleteRecordsTopicResult>({ name: string, partitions: array(partitionResult) })),
})

export const deleteRecords: Api<DeleteRecordsRequest, DeleteRecordsResponse> = defineApi({
  key: 21,
  name: 'DeleteRecords',
  versions: [1, 2],
  flexible: 2,
  request,
  response,
})
