import { type Api, defineApi } from '../codec.ts'
import { array, bytes, int16, int32, nullableString, string } from '../schema.ts'
import { since, struct } from '../struct.ts'

/** Key 14, versions 3 to 5: the leader gives the assignments, everybody gets his own. All fields are used. */
export interface SyncGroupRequest {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  /** What JoinGroup answered; the broker checks it from version 5 on. */
  readonly protocolType: string | null
  readonly protocolName: string | null
  /** Empty unless this member is the leader. */
  readonly assignments: readonly SyncGroupAssignment[]
}

export interface SyncGroupAssignment {
  readonly memberId: string
  readonly assignment: Uint8Array
}

export interface SyncGroupResponse {
  readonly throttleTimeMs: number
  readonly errorCode: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly assignment: Uint8Array
}

const request = struct<SyncGroupRequest>({
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: nullableString,
  protocolType: since(5, nullableString, null),
  protocolName: since(5, nullableString, null),
  assignments: array(struct<SyncGroupAssignment>({ memberId: string, assignment: bytes })),
})

const response = struct<SyncGroupResponse>({
  throttleTimeMs: int32,
  errorCode: int16,
  protocolType: since(5, nullableString, null),
  protocolName: since(5, nullableString, null),
  assignment: bytes,
})

export const syncGroup: Api<SyncGroupRequest, SyncGroupResponse> = defineApi({
  key: 14,
  name: 'SyncGroup',
  versions: [3, 5],
  flexible: 4,
  request,
  response,
})
