import { type Api, defineApi } from '../codec.ts'
import { int16, int32, nullableString, string } from '../schema.ts'
import { struct } from '../struct.ts'

/** Key 12, versions 3 (static membership) and 4: keeps a member alive, tells of rebalances. All fields are used. */
export interface HeartbeatRequest {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
}

export interface HeartbeatResponse {
  readonly throttleTimeMs: number
  readonly errorCode: number
}

const request = struct<HeartbeatRequest>({
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: nullableString,
})

const response = struct<HeartbeatResponse>({ throttleTimeMs: int32, errorCode: int16 })

export const heartbeat: Api<HeartbeatRequest, HeartbeatResponse> = defineApi({
  key: 12,
  name: 'Heartbeat',
  versions: [3, 4],
  flexible: 4,
  request,
  response,
})
