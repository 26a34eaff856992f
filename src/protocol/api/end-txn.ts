import { type Api, defineApi } from '../codec.ts'
import { bool, int16, int32, int64, string } from '../schema.ts'
import { struct } from '../struct.ts'

/**
 * Key 26, versions 1 to 3: commit or abort. From version 2 a fenced producer is told PRODUCER_FENCED. Not used:
 * transaction version 2 (KIP-890, version 5), where the answer carries a raised epoch.
 */
export interface EndTxnRequest {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  /** false: abort. */
  readonly committed: boolean
}

export interface EndTxnResponse {
  readonly throttleTimeMs: number
  readonly errorCode: number
}

const request = struct<EndTxnRequest>({
  transactionalId: string,
  producerId: int64,
  producerEpoch: int16,
  committed: bool,
})

const response = struct<EndTxnResponse>({ throttleTimeMs: int32, errorCode: int16 })

export const endTxn: Api<EndTxnRequest, EndTxnResponse> = defineApi({
  key: 26,
  name: 'EndTxn',
  versions: [1, 3],
  flexible: 3,
  request,
  response,
})
