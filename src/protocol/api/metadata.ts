import { type Api, defineApi } from '../codec.ts'
import {
  array,
  bool,
  int16,
  int32,
  nullableArray,
  nullableSince,
  nullableString,
  string,
  uuid,
  zeroUuid,
} from '../schema.ts'
import { since, struct, unused } from '../struct.ts'

/**
 * Key 3, versions 5 to 12: brokers, topics and who leads each partition. Topic ids from version 10.
 * Not used: asking by topic id, authorized operations.
 */
export interface MetadataRequest {
  /** null: all topics. */
  readonly topics: readonly MetadataRequestTopic[] | null
  readonly allowAutoTopicCreation: boolean
}

export interface MetadataRequestTopic {
  readonly name: string | null
}

export interface MetadataResponse {
  readonly throttleTimeMs: number
  readonly brokers: readonly MetadataBroker[]
  readonly clusterId: string | null
  readonly controllerId: number
  readonly topics: readonly MetadataTopic[]
}

export interface MetadataBroker {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

export interface MetadataTopic {
  readonly errorCode: number
  /** null only where a topic was asked for by an id that the broker does not know. */
  readonly name: string | null
  /** The zero uuid before version 10. */
  readonly topicId: string
  readonly isInternal: boolean
  readonly partitions: readonly MetadataPartition[]
}

export interface MetadataPartition {
  readonly errorCode: number
  readonly partitionIndex: number
  /** -1: none. */
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly replicaNodes: readonly number[]
  readonly isrNodes: readonly number[]
  readonly offlineReplicas: readonly number[]
}

const operationsNotAskedFor = -2147483648

const request = struct<MetadataRequest>({
  topics: nullableArray(
    struct<MetadataRequestTopic>({
      _topicId: unused(uuid, zeroUuid, 10),
      name: nullableSince(10, nullableString),
    }),
  ),
  allowAutoTopicCreation: bool,
  _includeClusterAuthorizedOperations: unused(bool, false, 8, 10),
  _includeTopicAuthorizedOperations: unused(bool, false, 8),
})

const partition = struct<MetadataPartition>({
  errorCode: int16,
  partitionIndex: int32,
  leaderId: int32,
  leaderEpoch: since(7, int32, -1),
  replicaNodes: array(int32),
  isrNodes: array(int32),
  offlineReplicas: array(int32),
})

const response = struct<MetadataResponse>({
  throttleTimeMs: int32,
  brokers: array(struct<MetadataBroker>({ nodeId: int32, host: string, port: int32, rack: nullableString })),
  clusterId: nullableString,
  controllerId: int32,
  topics: array(
    struct<MetadataTopic>({
      errorCode: int16,
      name: nullableSince(12, nullableString),
      topicId: since(10, uuid, zeroUuid),
      isInternal: bool,
      partitions: array(partition),
      _topicAuthorizedOperations: unused(int32, operationsNotAskedFor, 8),
    }),
  ),
  _clusterAuthorizedOperations: unused(int32, operationsNotAskedFor, 8, 10),
})

export const metadata: Api<MetadataRequest, MetadataResponse> = defineApi({
  key: 3,
  name: 'Metadata',
  versions: [5, 12],
  flexible: 9,
  request,
  response,
})
