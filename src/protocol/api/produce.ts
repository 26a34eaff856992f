import { type Api, type ChunkedApi, defineApi } from '../codec.ts'
import { array, int16, int32, int64, nullableString, records, string } from '../schema.ts'
import { since, struct } from '../struct.ts'

/** Key 0, versions 7 (zstd) to 9: appends record batches. All fields are used. */
export interface ProduceRequest {
  readonly transactionalId: string | null
  /** -1: all replicas in sync; 1: the leader; 0: the broker does not answer. */
  readonly acks: number
  readonly timeoutMs: number
  readonly topics: readonly ProduceTopic[]
}

export interface ProduceTopic {
  readonly name: string
  readonly partitions: readonly ProducePartition[]
}

export interface ProducePartition {
  readonly index: number
  /** Exactly one record batch: brokers refuse more. */
  readonly records: Uint8Array | null
}

export interface ProduceResponse {
  readonly topics: readonly ProduceTopicResult[]
  readonly throttleTimeMs: number
}

export interface ProduceTopicResult {
  readonly name: string
  readonly partitions: readonly ProducePartitionResult[]
}

export interface ProducePartitionResult {
  readonly index: number
  readonly errorCode: number
  readonly baseOffset: number
  /** -1 unless the topic uses log append time. */
  readonly logAppendTimeMs: number
  readonly logStartOffset: number
  /** The records to blame, from version 8 on (KIP-467). */
  readonly recordErrors: readonly RecordError[]
  readonly errorMessage: string | null
}

export interface RecordError {
  readonly batchIndex: number
  readonly message: string | null
}

const partition = struct<ProducePartition>({ index: int32, records })

const request = struct<ProduceRequest>({
  transactionalId: nullableString,
  acks: int16,
  timeoutMs: int32,
  topics: array(struct<ProduceTopic>({ name: string, partitions: array(partition) })),
})

const recordError = struct<RecordError>({ batchIndex: int32, message: nullableString })

const partitionResult = struct<ProducePartitionResult>({
  index: int32,
  errorCode: int16,
  baseOffset: int64,
  logAppendTimeMs: int64,
  logStartOffset: int64,
  recordErrors: since(8, array(recordError), []),
  errorMessage: since(8, nullableString, null),
})

const response = struct<ProduceResponse>({
  topics: array(struct<ProduceTopicResult>({ name: string, partitions: array(partitionResult) })),
  throttleTimeMs: int32,
})

const chunked: ChunkedApi<ProduceRequest, ProduceResponse> = defineApi({
  key: 0,
  name: 'Produce',
  versions: [7, 9],
  flexible: 9,
  request,
  response,
})

export const produce: Api<ProduceRequest, ProduceResponse> = chunked

/** A request in chunks to be written in order: the batches are the caller's own bytes, not copies. */
export function encodeProduce(request: ProduceRequest, version: number): Uint8Array[] {
  return chunked.encodeRequestChunks(request, version)
}
