import { type Api, defineApi } from '../codec.ts'
import { int16, int32, int64, string } from '../schema.ts'
import { struct } from '../struct.ts'

/**
 * Key 25, versions 1 to 3: the group whose offsets a transaction is going to commit. From version 2 a fenced producer
 * is told PRODUCER_FENCED. All fields are used.
 */
export interface AddOffsetsToTxnRequest {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly groupId: string
}

export interface AddOffsetsToTxnResponse {
  readonly throttleTimeMs: number
  readonly errorCode: number
}

const request = struct<AddOffsetsToTxnRequest>({
  transactionalId: string,
  producerId: int64,
  producerEpoch: int16,
  groupId: string,
})

const response = struct<AddOffsetsToTxnResponse>({ throttleTimeMs: int32, errorCode: int16 })

export const addOffsetsToTxn: Api<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse> = defineApi({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: [1, 3],
  flexible: 3,
  request,
  response,
})
