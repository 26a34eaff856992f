import { type Api, defineApi } from '../codec.ts'
import { array, int16, int32, string } from '../schema.ts'
import { since, struct } from '../struct.ts'

/** Key 16, versions 4 and 5: the groups that one broker coordinates. All fields are used but types in version 4. */
export interface ListGroupsRequest {
  /** Empty: all. */
  readonly statesFilter: readonly string[]
  /** Empty: all (KIP-848, from version 5). */
  readonly typesFilter: readonly string[]
}

export interface ListGroupsResponse {
  readonly throttleTimeMs: number
  readonly errorCode: number
  readonly groups: readonly ListedGroup[]
}

export interface ListedGroup {
  readonly groupId: string
  readonly protocolType: string
  readonly groupState: string
  /** Empty in version 4. */
  readonly groupType: string
}

const request = struct<ListGroupsRequest>({
  statesFilter: array(string),
  typesFilter: since(5, array(string), []),
})

const response = struct<ListGroupsResponse>({
  throttleTimeMs: int32,
  errorCode: int16,
  groups: array(
    struct<ListedGroup>({
      groupId: string,
      protocolType: string,
      groupState: string,
      groupType: since(5, string, ''),
    }),
  ),
})

export const listGroups: Api<ListGroupsRequest, ListGroupsResponse> = defineApi({
  key: 16,
  name: 'ListGroups',
  versions: [4, 5],
  flexible: 3,
  request,
  response,
})
