import { type Api, defineApi } from '../codec.ts'
import {
  array,
  bool,
  int8,
  int16,
  int32,
  nullableArray,
  nullableString,
  string,
  uuid,
  zeroUuid,
} from '../schema.ts'
import { since, struct, tagged, unused } from '../struct.ts'

/** Key 19, versions 4 (broker defaults) to 7 (topic ids). Not used: replica assignments by hand. */
export interface CreateTopicsRequest {
  readonly topics: readonly CreatableTopic[]
  readonly timeoutMs: number
  readonly validateOnly: boolean
}

export interface CreatableTopic {
  readonly name: string
  /** -1: the broker's default. */
  readonly numPartitions: number
  /** -1: the broker's default. */
  readonly replicationFactor: number
  readonly configs: readonly CreatableTopicConfig[]
}

export interface CreatableTopicConfig {
  readonly name: string
  readonly value: string | null
}

export interface CreateTopicsResponse {
  readonly throttleTimeMs: number
  readonly topics: readonly CreatableTopicResult[]
}

export interface CreatableTopicResult {
  readonly name: string
  /** The zero uuid before version 7. */
  readonly topicId: string
  readonly errorCode: number
  readonly errorMessage: string | null
  /** Why `configs` is null. */
  readonly topicConfigErrorCode: number
  /** -1 before version 5. */
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly configs: readonly CreatableTopicConfigResult[] | null
}

export interface CreatableTopicConfigResult {
  readonly name: string
  readonly value: string | null
  readonly readOnly: boolean
  readonly configSource: number
  readonly isSensitive: boolean
}

interface ReplicaAssignment {
  readonly partitionIndex: number
  readonly brokerIds: readonly number[]
}

const replicaAssignments = array(
  struct<ReplicaAssignment>({ partitionIndex: int32, brokerIds: array(int32) }),
)

const request = struct<CreateTopicsRequest>({
  topics: array(
    struct<CreatableTopic>({
      name: string,
      numPartitions: int32,
      replicationFactor: int16,
      _assignments: unused(replicaAssignments, []),
      configs: array(struct<CreatableTopicConfig>({ name: string, value: nullableString })),
    }),
  ),
  timeoutMs: int32,
  validateOnly: bool,
})

const configResult = struct<CreatableTopicConfigResult>({
  name: string,
  value: nullableString,
  readOnly: bool,
  configSource: int8,
  isSensitive: bool,
})

const response = struct<CreateTopicsResponse>({
  throttleTimeMs: int32,
  topics: array(
    struct<CreatableTopicResult>({
      name: string,
      topicId: since(7, uuid, zeroUuid),
      errorCode: int16,
      errorMessage: nullableString,
      topicConfigErrorCode: tagged(0, 5, int16, 0),
      numPartitions: since(5, int32, -1),
      replicationFactor: since(5, int16, -1),
      configs: since(5, nullableArray(configResult), null),
    }),
  ),
})

export const createTopics: Api<CreateTopicsRequest, CreateTopicsResponse> = defineApi({
  key: 19,
  name: 'CreateTopics',
  versions: [4, 7],
  flexible: 5,
  request,
  response,
})
