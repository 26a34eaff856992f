import { type Api, defineApi } from '../codec.ts'
import {
  array,
  bool,
  changedIn,
  int16,
  int32,
  int64,
  nullableArray,
  nullableString,
  only,
  seenAs,
  string,
} from '../schema.ts'
import { struct, unused } from '../struct.ts'

/**
 * Key 9, versions 7 and 8: committed offsets of a group. Version 7 brought requireStable, without which an offset
 * still in a transaction would be missed. Version 8 takes several groups at once; here it is always one, so that
 * both versions look the same. Not used: leader epochs of the offsets.
 */
export interface OffsetFetchRequest {
  readonly groupId: string
  /** null: all that the group has committed. */
  readonly topics: readonly OffsetFetchTopic[] | null
  /** Answer UNSTABLE_OFFSET_COMMIT for partitions with a pending transaction. */
  readonly requireStable: boolean
}

export interface OffsetFetchTopic {
  readonly name: string
  readonly partitionIndexes: readonly number[]
}

export interface OffsetFetchResponse {
  readonly throttleTimeMs: number
  readonly errorCode: number
  readonly topics: readonly OffsetFetchTopicResult[]
}

export interface OffsetFetchTopicResult {
  readonly name: string
  readonly partitions: readonly OffsetFetchPartitionResult[]
}

export interface OffsetFetchPartitionResult {
  readonly partitionIndex: number
  /** -1: none. */
  readonly committedOffset: number
  readonly metadata: string | null
  readonly errorCode: number
}

type GroupRequest = Omit<OffsetFetchRequest, 'requireStable'>

interface BatchedRequest {
  readonly group: GroupRequest
  readonly requireStable: boolean
}

interface GroupResponse {
  readonly groupId: string
  readonly topics: readonly OffsetFetchTopicResult[]
  readonly errorCode: number
}

interface BatchedResponse {
  readonly throttleTimeMs: number
  readonly group: GroupResponse
}

const topics = nullableArray(struct<OffsetFetchTopic>({ name: string, partitionIndexes: array(int32) }))

const request = changedIn(
  8,
  struct<OffsetFetchRequest>({ groupId: string, topics, requireStable: bool }),
  seenAs(
    struct<BatchedRequest>({
      group: only(struct<GroupRequest>({ groupId: string, topics })),
      requireStable: bool,
    }),
    ({ group, requireStable }) => ({ ...group, requireStable }),
    ({ requireStable, ...group }) => ({ group, requireStable }),
  ),
)

const partitionResult = struct<OffsetFetchPartitionResult>({
  partitionIndex: int32,
  committedOffset: int64,
  _committedLeaderEpoch: unused(int32, -1),
  metadata: nullableString,
  errorCode: int16,
})

const topicResults = array(
  struct<OffsetFetchTopicResult>({ name: string, partitions: array(partitionResult) }),
)

const response = changedIn(
  8,
  struct<OffsetFetchResponse>({ throttleTimeMs: int32, topics: topicResults, errorCode: int16 }),
  seenAs(
    struct<BatchedResponse>({
      throttleTimeMs: int32,
      group: only(struct<GroupResponse>({ groupId: string, topics: topicResults, errorCode: int16 })),
    }),
    ({ throttleTimeMs, group: { errorCode, topics } }) => ({ throttleTimeMs, errorCode, topics }),
    ({ throttleTimeMs, ...group }) => ({ throttleTimeMs, group: { groupId: '', ...group } }),
  ),
)

export const offsetFetch: Api<OffsetFetchRequest, OffsetFetchResponse> = defineApi({
  key: 9,
  name: 'OffsetFetch',
  versions: [7, 8],
  flexible: 6,
  request,
  response,
})
