import { type Api, defineApi } from '../codec.ts'
import { array, int16, int32, nullableString, string } from '../schema.ts'
import { since, struct } from '../struct.ts'

/** Key 20, versions 4 and 5: deletes topics by name. All fields are used. */
export interface DeleteTopicsRequest {
  readonly topicNames: readonly string[]
  readonly timeoutMs: number
}

export interface DeleteTopicsResponse {
  readonly throttleTimeMs: number
  readonly responses: readonly DeletableTopicResult[]
}

export interface DeletableTopicResult {
  readonly name: string
  readonly errorCode: number
  readonly errorMessage: string | null
}

const request = struct<DeleteTopicsRequest>({ topicNames: array(string), timeoutMs: int32 })

const response = struct<DeleteTopicsResponse>({
  throttleTimeMs: int32,
  responses: array(
    struct<DeletableTopicResult>({
      name: string,
      errorCode: int16,
      errorMessage: since(5, nullableString, null),
    }),
  ),
})

export const deleteTopics: Api<DeleteTopicsRequest, DeleteTopicsResponse> = defineApi({
  key: 20,
  name: 'DeleteTopics',
  versions: [4, 5],
  flexible: 4,
  request,
  response,
})
