import { type Api, defineApi } from '../codec.ts'
import { array, int16, int32, nullableString, string } from '../schema.ts'
import { since, struct } from '../struct.ts'

/** Key 13, versions 3 to 5: takes members out of a group. All fields are used. */
export interface LeaveGroupRequest {
  readonly groupId: string
  readonly members: readonly LeaveGroupMember[]
}

export interface LeaveGroupMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  /** Why, for the broker's log (KIP-800, from version 5). */
  readonly reason: string | null
}

export interface LeaveGroupResponse {
  readonly throttleTimeMs: number
  readonly errorCode: number
  readonly members: readonly LeaveGroupMemberResult[]
}

export interface LeaveGroupMemberResult {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly errorCode: number
}

const request = struct<LeaveGroupRequest>({
  groupId: string,
  members: array(
    struct<LeaveGroupMember>({
      memberId: string,
      groupInstanceId: nullableString,
      reason: since(5, nullableString, null),
    }),
  ),
})

const response = struct<LeaveGroupResponse>({
  throttleTimeMs: int32,
  errorCode: int16,
  members: array(
    struct<LeaveGroupMemberResult>({ memberId: string, groupInstanceId: nullableString, errorCode: int16 }),
  ),
})

export const leaveGroup: Api<LeaveGroupRequest, LeaveGroupResponse> = defineApi({
  key: 13,
  name: 'LeaveGroup',
  versions: [3, 5],
  flexible: 4,
  request,
  response,
})
