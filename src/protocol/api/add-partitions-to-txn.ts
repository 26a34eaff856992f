import { type Api, defineApi } from '../codec.ts'
import { array, int16, int32, int64, string } from '../schema.ts'
import { struct } from '../struct.ts'

/**
 * Key 24, versions 1 to 3: partitions that a transaction is going to write. From version 2 a fenced producer is told
 * PRODUCER_FENCED. Not used: version 4 and up, which are for brokers.
 */
export interface AddPartitionsToTxnRequest {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly topics: readonly AddPartitionsToTxnTopic[]
}

export interface AddPartitionsToTxnTopic {
  readonly name: string
  readonly partitions: readonly number[]
}

export interface AddPartitionsToTxnResponse {
  readonly throttleTimeMs: number
  readonly results: readonly AddPartitionsToTxnTopicResult[]
}

export interface AddPartitionsToTxnTopicResult {
  readonly name: string
  readonly results: readonly AddPartitionsToTxnPartitionResult[]
}

export interface AddPartitionsToTxnPartitionResult {
  readonly partitionIndex: number
  readonly errorCode: number
}

const request = struct<AddPartitionsToTxnRequest>({
  transactionalId: string,
  producerId: int64,
  producerEpoch: int16,
  topics: array(struct<AddPartitionsToTxnTopic>({ name: string, partitions: array(int32) })),
})

const partitionResult = struct<AddPartitionsToTxnPartitionResult>({ partitionIndex: int32, errorCode: int16 })

const response = struct<AddPartitionsToTxnResponse>({
  throttleTimeMs: int32,
  results: array(struct<AddPartitionsToTxnTopicResult>({ name: string, results: array(partitionResult) })),
})

export const addPartitionsToTxn: Api<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse> = defineApi({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: [1, 3],
  flexible: 3,
  request,
  response,
})
