import { type Api, defineApi } from '../codec.ts'
import { int16, int32, int64, nullableString } from '../schema.ts'
import { since, struct } from '../struct.ts'

/**
 * Key 22, versions 1 to 4: a producer id; with a transactional id it fences the predecessor. Version 4 may answer
 * PRODUCER_FENCED. Not used: two-phase commit (version 6).
 */
export interface InitProducerIdRequest {
  readonly transactionalId: string | null
  readonly transactionTimeoutMs: number
  /** Id and epoch of a producer that wants its epoch raised (KIP-360, from version 3); -1 and -1 for a new one. */
  readonly producerId: number
  readonly producerEpoch: number
}

export interface InitProducerIdResponse {
  readonly throttleTimeMs: number
  readonly errorCode: number
  readonly producerId: number
  readonly producerEpoch: number
}

const request = struct<InitProducerIdRequest>({
  transactionalId: nullableString,
  transactionTimeoutMs: int32,
  producerId: since(3, int64, -1),
  producerEpoch: since(3, int16, -1),
})

const response = struct<InitProducerIdResponse>({
  throttleTimeMs: int32,
  errorCode: int16,
  producerId: int64,
  producerEpoch: int16,
})

export const initProducerId: Api<InitProducerIdRequest, InitProducerIdResponse> = defineApi({
  key: 22,
  name: 'InitProducerId',
  versions: [1, 4],
  flexible: 2,
  request,
  response,
})
