import fc, { type Arbitrary } from 'fast-check'
import { addOffsetsToTxn } from '../../src/protocol/api/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../../src/protocol/api/add-partitions-to-txn.ts'
import { apiVersions } from '../../src/protocol/api/api-versions.ts'
import { createTopics } from '../../src/protocol/api/create-topics.ts'
import { deleteRecords } from '../../src/protocol/api/delete-records.ts'
import { deleteTopics } from '../../src/protocol/api/delete-topics.ts'
import { describeConfigs } from '../../src/protocol/api/describe-configs.ts'
import { describeGroups } from '../../src/protocol/api/describe-groups.ts'
import { endTxn } from '../../src/protocol/api/end-txn.ts'
import { fetch, unknownLeader } from '../../src/protocol/api/fetch.ts'
import { findCoordinator } from '../../src/protocol/api/find-coordinator.ts'
import { heartbeat } from '../../src/protocol/api/heartbeat.ts'
import { initProducerId } from '../../src/protocol/api/init-producer-id.ts'
import { joinGroup } from '../../src/protocol/api/join-group.ts'
import { leaveGroup } from '../../src/protocol/api/leave-group.ts'
import { listGroups } from '../../src/protocol/api/list-groups.ts'
import { listOffsets } from '../../src/protocol/api/list-offsets.ts'
import { metadata } from '../../src/protocol/api/metadata.ts'
import { offsetCommit } from '../../src/protocol/api/offset-commit.ts'
import { offsetDelete } from '../../src/protocol/api/offset-delete.ts'
import { offsetFetch } from '../../src/protocol/api/offset-fetch.ts'
import { produce } from '../../src/protocol/api/produce.ts'
import { syncGroup } from '../../src/protocol/api/sync-group.ts'
import { txnOffsetCommit } from '../../src/protocol/api/txn-offset-commit.ts'
import type { Api } from '../../src/protocol/codec.ts'
import { zeroUuid } from '../../src/protocol/schema.ts'

/** An API with what its messages can hold in a version: what the version does not have keeps its default. */
export interface Messages {
  readonly api: Api<unknown, unknown>
  request(version: number): Arbitrary<unknown>
  response(version: number): Arbitrary<unknown>
}

const text = fc.string({ unit: 'binary', maxLength: 12 })
const maybeText = fc.option(text)
const flag = fc.boolean()
const int8 = fc.integer({ min: -128, max: 127 })
const int16 = fc.integer({ min: -32768, max: 32767 })
const int32 = fc.integer()
const int64 = fc.maxSafeInteger()
const bytes = fc.uint8Array({ maxLength: 12 })
const records = fc.option(bytes)
const id = fc.uuid()
const list = <T>(of: Arbitrary<T>): Arbitrary<T[]> => fc.array(of, { maxLength: 3 })
const since = <T>(first: number, version: number, of: Arbitrary<T>, otherwise: T): Arbitrary<T> =>
  version >= first ? of : fc.constant(otherwise)
const byTopic = <T>(partition: Arbitrary<T>): Arbitrary<{ name: string; partitions: T[] }[]> =>
  list(fc.record({ name: text, partitions: list(partition) }))

function messages<Request, Response>(
  api: Api<Request, Response>,
  request: (version: number) => Arbitrary<Request>,
  response: (version: number) => Arbitrary<Response>,
): Messages {
  return { api: api as Api<unknown, unknown>, request, response }
}

const status = fc.record({ throttleTimeMs: int32, errorCode: int16 })
const partitionErrors = fc.record({
  throttleTimeMs: int32,
  topics: byTopic(fc.record({ partitionIndex: int32, errorCode: int16 })),
})
const offsets = byTopic(
  fc.record({ partitionIndex: int32, committedOffset: int64, committedMetadata: maybeText }),
)

export const allMessages: readonly Messages[] = [
  messages(
    listGroups,
    (v) => fc.record({ statesFilter: list(text), typesFilter: since(5, v, list(text), []) }),
    (v) =>
      fc.record({
        throttleTimeMs: int32,
        errorCode: int16,
        groups: list(
          fc.record({
            groupId: text,
            protocolType: text,
            groupState: text,
            groupType: since(5, v, text, ''),
          }),
        ),
      }),
  ),
  messages(
    describeGroups,
    () => fc.record({ groupId: text }),
    () =>
      fc.record({
        throttleTimeMs: int32,
        group: fc.record({
          errorCode: int16,
          groupId: text,
          groupState: text,
          protocolType: text,
          protocolData: text,
          members: list(
            fc.record({
              memberId: text,
              groupInstanceId: maybeText,
              clientId: text,
              clientHost: text,
              memberMetadata: bytes,
              memberAssignment: bytes,
            }),
          ),
        }),
      }),
  ),
  messages(
    deleteTopics,
    () => fc.record({ topicNames: list(text), timeoutMs: int32 }),
    (v) =>
      fc.record({
        throttleTimeMs: int32,
        responses: list(
          fc.record({ name: text, errorCode: int16, errorMessage: since(5, v, maybeText, null) }),
        ),
      }),
  ),
  messages(
    offsetDelete,
    () => fc.record({ groupId: text, topics: byTopic(fc.record({ partitionIndex: int32 })) }),
    () =>
      fc.record({
        errorCode: int16,
        throttleTimeMs: int32,
        topics: byTopic(fc.record({ partitionIndex: int32, errorCode: int16 })),
      }),
  ),
  messages(
    apiVersions,
    (v) =>
      fc.record({ clientSoftwareName: since(3, v, text, ''), clientSoftwareVersion: since(3, v, text, '') }),
    (v) =>
      fc.record({
        // 35 makes the rest look like version 0.
        errorCode: int16.filter((code) => code !== 35),
        apiKeys: list(fc.record({ apiKey: int16, minVersion: int16, maxVersion: int16 })),
        throttleTimeMs: since(1, v, int32, 0),
        supportedFeatures: since(
          3,
          v,
          list(fc.record({ name: text, minVersion: int16, maxVersion: int16 })),
          [],
        ),
        finalizedFeaturesEpoch: since(3, v, int64, -1),
        finalizedFeatures: since(
          3,
          v,
          list(fc.record({ name: text, maxVersionLevel: int16, minVersionLevel: int16 })),
          [],
        ),
      }),
  ),
  messages(
    metadata,
    (v) =>
      fc.record({
        topics: fc.option(list(fc.record({ name: v >= 10 ? maybeText : text }))),
        allowAutoTopicCreation: flag,
      }),
    (v) =>
      fc.record({
        throttleTimeMs: int32,
        brokers: list(fc.record({ nodeId: int32, host: text, port: int32, rack: maybeText })),
        clusterId: maybeText,
        controllerId: int32,
        topics: list(
          fc.record({
            errorCode: int16,
            name: v >= 12 ? maybeText : text,
            topicId: since(10, v, id, zeroUuid),
            isInternal: flag,
            partitions: list(
              fc.record({
                errorCode: int16,
                partitionIndex: int32,
                leaderId: int32,
                leaderEpoch: since(7, v, int32, -1),
                replicaNodes: list(int32),
                isrNodes: list(int32),
                offlineReplicas: list(int32),
              }),
            ),
          }),
        ),
      }),
  ),
  messages(
    findCoordinator,
    () => fc.record({ key: text, keyType: int8 }),
    () =>
      fc.record({
        throttleTimeMs: int32,
        errorCode: int16,
        errorMessage: maybeText,
        nodeId: int32,
        host: text,
        port: int32,
      }),
  ),
  messages(
    initProducerId,
    (v) =>
      fc.record({
        transactionalId: maybeText,
        transactionTimeoutMs: int32,
        producerId: since(3, v, int64, -1),
        producerEpoch: since(3, v, int16, -1),
      }),
    () => fc.record({ throttleTimeMs: int32, errorCode: int16, producerId: int64, producerEpoch: int16 }),
  ),
  messages(
    addPartitionsToTxn,
    () =>
      fc.record({ transactionalId: text, producerId: int64, producerEpoch: int16, topics: byTopic(int32) }),
    () =>
      fc.record({
        throttleTimeMs: int32,
        results: list(
          fc.record({
            name: text,
            results: list(fc.record({ partitionIndex: int32, errorCode: int16 })),
          }),
        ),
      }),
  ),
  messages(
    addOffsetsToTxn,
    () => fc.record({ transactionalId: text, producerId: int64, producerEpoch: int16, groupId: text }),
    () => status,
  ),
  messages(
    txnOffsetCommit,
    () =>
      fc.record({
        transactionalId: text,
        groupId: text,
        producerId: int64,
        producerEpoch: int16,
        generationId: int32,
        memberId: text,
        groupInstanceId: maybeText,
        topics: offsets,
      }),
    () => partitionErrors,
  ),
  messages(
    endTxn,
    () => fc.record({ transactionalId: text, producerId: int64, producerEpoch: int16, committed: flag }),
    () => status,
  ),
  messages(
    offsetFetch,
    () =>
      fc.record({
        groupId: text,
        topics: fc.option(list(fc.record({ name: text, partitionIndexes: list(int32) }))),
        requireStable: flag,
      }),
    () =>
      fc.record({
        throttleTimeMs: int32,
        errorCode: int16,
        topics: byTopic(
          fc.record({ partitionIndex: int32, committedOffset: int64, metadata: maybeText, errorCode: int16 }),
        ),
      }),
  ),
  messages(
    offsetCommit,
    () =>
      fc.record({
        groupId: text,
        generationId: int32,
        memberId: text,
        groupInstanceId: maybeText,
        topics: offsets,
      }),
    () => partitionErrors,
  ),
  messages(
    listOffsets,
    () =>
      fc.record({
        isolationLevel: int8,
        topics: byTopic(fc.record({ partitionIndex: int32, currentLeaderEpoch: int32, timestamp: int64 })),
      }),
    () =>
      fc.record({
        throttleTimeMs: int32,
        topics: byTopic(
          fc.record({
            partitionIndex: int32,
            errorCode: int16,
            timestamp: int64,
            offset: int64,
            leaderEpoch: int32,
          }),
        ),
      }),
  ),
  messages(
    joinGroup,
    (v) =>
      fc.record({
        groupId: text,
        sessionTimeoutMs: int32,
        rebalanceTimeoutMs: int32,
        memberId: text,
        groupInstanceId: maybeText,
        protocolType: text,
        protocols: list(fc.record({ name: text, metadata: bytes })),
        reason: since(8, v, maybeText, null),
      }),
    (v) =>
      fc.record({
        throttleTimeMs: int32,
        errorCode: int16,
        generationId: int32,
        protocolType: since(7, v, maybeText, null),
        protocolName: v >= 7 ? maybeText : text,
        leader: text,
        skipAssignment: since(9, v, flag, false),
        memberId: text,
        members: list(fc.record({ memberId: text, groupInstanceId: maybeText, metadata: bytes })),
      }),
  ),
  messages(
    syncGroup,
    (v) =>
      fc.record({
        groupId: text,
        generationId: int32,
        memberId: text,
        groupInstanceId: maybeText,
        protocolType: since(5, v, maybeText, null),
        protocolName: since(5, v, maybeText, null),
        assignments: list(fc.record({ memberId: text, assignment: bytes })),
      }),
    (v) =>
      fc.record({
        throttleTimeMs: int32,
        errorCode: int16,
        protocolType: since(5, v, maybeText, null),
        protocolName: since(5, v, maybeText, null),
        assignment: bytes,
      }),
  ),
  messages(
    heartbeat,
    () => fc.record({ groupId: text, generationId: int32, memberId: text, groupInstanceId: maybeText }),
    () => status,
  ),
  messages(
    leaveGroup,
    (v) =>
      fc.record({
        groupId: text,
        members: list(
          fc.record({ memberId: text, groupInstanceId: maybeText, reason: since(5, v, maybeText, null) }),
        ),
      }),
    () =>
      fc.record({
        throttleTimeMs: int32,
        errorCode: int16,
        members: list(fc.record({ memberId: text, groupInstanceId: maybeText, errorCode: int16 })),
      }),
  ),
  messages(
    createTopics,
    () =>
      fc.record({
        topics: list(
          fc.record({
            name: text,
            numPartitions: int32,
            replicationFactor: int16,
            configs: list(fc.record({ name: text, value: maybeText })),
          }),
        ),
        timeoutMs: int32,
        validateOnly: flag,
      }),
    (v) =>
      fc.record({
        throttleTimeMs: int32,
        topics: list(
          fc.record({
            name: text,
            topicId: since(7, v, id, zeroUuid),
            errorCode: int16,
            errorMessage: maybeText,
            topicConfigErrorCode: since(5, v, int16, 0),
            numPartitions: since(5, v, int32, -1),
            replicationFactor: since(5, v, int16, -1),
            configs: since(
              5,
              v,
              fc.option(
                list(
                  fc.record({
                    name: text,
                    value: maybeText,
                    readOnly: flag,
                    configSource: int8,
                    isSensitive: flag,
                  }),
                ),
              ),
              null,
            ),
          }),
        ),
      }),
  ),
  messages(
    deleteRecords,
    () =>
      fc.record({ topics: byTopic(fc.record({ partitionIndex: int32, offset: int64 })), timeoutMs: int32 }),
    () =>
      fc.record({
        throttleTimeMs: int32,
        topics: byTopic(fc.record({ partitionIndex: int32, lowWatermark: int64, errorCode: int16 })),
      }),
  ),
  messages(
    describeConfigs,
    () =>
      fc.record({
        resources: list(
          fc.record({ resourceType: int8, resourceName: text, configurationKeys: fc.option(list(text)) }),
        ),
      }),
    () =>
      fc.record({
        throttleTimeMs: int32,
        results: list(
          fc.record({
            errorCode: int16,
            errorMessage: maybeText,
            resourceType: int8,
            resourceName: text,
            configs: list(
              fc.record({
                name: text,
                value: maybeText,
                readOnly: flag,
                configSource: int8,
                isSensitive: flag,
              }),
            ),
          }),
        ),
      }),
  ),
  messages(
    fetch,
    () =>
      fc.record({
        maxWaitMs: int32,
        minBytes: int32,
        maxBytes: int32,
        isolationLevel: int8,
        sessionId: int32,
        sessionEpoch: int32,
        topics: list(
          fc.record({
            topic: text,
            partitions: list(
              fc.record({
                partition: int32,
                currentLeaderEpoch: int32,
                fetchOffset: int64,
                partitionMaxBytes: int32,
              }),
            ),
          }),
        ),
        forgottenTopics: list(fc.record({ topic: text, partitions: list(int32) })),
      }),
    (v) =>
      fc.record({
        throttleTimeMs: int32,
        errorCode: int16,
        sessionId: int32,
        responses: list(
          fc.record({
            topic: text,
            partitions: list(
              fc.record({
                partitionIndex: int32,
                errorCode: int16,
                highWatermark: int64,
                lastStableOffset: int64,
                logStartOffset: int64,
                currentLeader: since(
                  12,
                  v,
                  fc.record({ leaderId: int32, leaderEpoch: int32 }),
                  unknownLeader,
                ),
                abortedTransactions: fc.option(list(fc.record({ producerId: int64, firstOffset: int64 }))),
                preferredReadReplica: int32,
                records,
              }),
            ),
          }),
        ),
      }),
  ),
  messages(
    produce,
    () =>
      fc.record({
        transactionalId: maybeText,
        acks: int16,
        timeoutMs: int32,
        topics: byTopic(fc.record({ index: int32, records })),
      }),
    (v) =>
      fc.record({
        topics: byTopic(
          fc.record({
            index: int32,
            errorCode: int16,
            baseOffset: int64,
            logAppendTimeMs: int64,
            logStartOffset: int64,
            recordErrors: since(8, v, list(fc.record({ batchIndex: int32, message: maybeText })), []),
            errorMessage: since(8, v, maybeText, null),
          }),
        ),
        throttleTimeMs: int32,
      }),
  ),
]
