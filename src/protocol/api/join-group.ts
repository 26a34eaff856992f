import { type Api, defineApi } from '../codec.ts'
import { array, bool, bytes, int16, int32, nullableSince, nullableString, string } from '../schema.ts'
import { since, struct } from '../struct.ts'

/** Key 11, versions 5 (static membership) to 9: joins a classic group. All fields are used. */
export interface JoinGroupRequest {
  readonly groupId: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  /** Empty at first: the broker answers MEMBER_ID_REQUIRED with an id to come back with. */
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly protocolType: string
  readonly protocols: readonly JoinGroupProtocol[]
  /** Why the member joins, for the broker's log (KIP-800, from version 8). */
  readonly reason: string | null
}

export interface JoinGroupProtocol {
  readonly name: string
  /** With protocol type `consumer` it must be a ConsumerProtocolSubscription: brokers parse it. */
  readonly metadata: Uint8Array
}

export interface JoinGroupResponse {
  readonly throttleTimeMs: number
  readonly errorCode: number
  readonly generationId: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  /** Member id of the leader. */
  readonly leader: string
  /** The leader need not assign: a static member came back and nothing changed (KIP-814, from version 9). */
  readonly skipAssignment: boolean
  readonly memberId: string
  /** Everybody, for the leader; empty for the others. */
  readonly members: readonly JoinGroupMember[]
}

export interface JoinGroupMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly metadata: Uint8Array
}

const request = struct<JoinGroupRequest>({
  groupId: string,
  sessionTimeoutMs: int32,
  rebalanceTimeoutMs: int32,
  memberId: string,
  groupInstanceId: nullableString,
  protocolType: string,
  protocols: array(struct<JoinGroupProtocol>({ name: string, metadata: bytes })),
  reason: since(8, nullableString, null),
})

const response = struct<JoinGroupResponse>({
  throttleTimeMs: int32,
  errorCode: int16,
  generationId: int32,
  protocolType: since(7, nullableString, null),
  protocolName: nullableSince(7, nullableString),
  leader: string,
  skipAssignment: since(9, bool, false),
  memberId: string,
  members: array(
    struct<JoinGroupMember>({ memberId: string, groupInstanceId: nullableString, metadata: bytes }),
  ),
})

export const joinGroup: Api<JoinGroupRequest, JoinGroupResponse> = defineApi({
  key: 11,
  name: 'JoinGroup',
  versions: [5, 9],
  flexible: 6,
  request,
  response,
})
