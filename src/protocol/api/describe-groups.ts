import { type Api, defineApi } from '../codec.ts'
import { array, bool, bytes, int16, int32, nullableString, only, string } from '../schema.ts'
import { struct, unused } from '../struct.ts'

/**
 * Key 15, versions 4 and 5: a classic group and its members. Several can be asked for at once; here it is always one.
 * Not used: authorized operations.
 */
export interface DescribeGroupsRequest {
  readonly groupId: string
}

export interface DescribeGroupsResponse {
  readonly throttleTimeMs: number
  readonly group: DescribedGroup
}

export interface DescribedGroup {
  readonly errorCode: number
  readonly groupId: string
  readonly groupState: string
  readonly protocolType: string
  /** The protocol that its members agreed on. */
  readonly protocolData: string
  readonly members: readonly DescribedGroupMember[]
}

export interface DescribedGroupMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly memberMetadata: Uint8Array
  readonly memberAssignment: Uint8Array
}

const request = struct<DescribeGroupsRequest>({
  groupId: only(string),
  _includeAuthorizedOperations: unused(bool, false),
})

const member = struct<DescribedGroupMember>({
  memberId: string,
  groupInstanceId: nullableString,
  clientId: string,
  clientHost: string,
  memberMetadata: bytes,
  memberAssignment: bytes,
})

const group = struct<DescribedGroup>({
  errorCode: int16,
  groupId: string,
  groupState: string,
  protocolType: string,
  protocolData: string,
  members: array(member),
  _authorizedOperations: unused(int32, -2_147_483_648),
})

const response = struct<DescribeGroupsResponse>({ throttleTimeMs: int32, group: only(group) })

export const describeGroups: Api<DescribeGroupsRequest, DescribeGroupsResponse> = defineApi({
  key: 15,
  name: 'DescribeGroups',
  versions: [4, 5],
  flexible: 5,
  request,
  response,
})
