import { describe, expect, test } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { apiVersions } from '../../../src/protocol/api/api-versions.ts'
import { createTopics } from '../../../src/protocol/api/create-topics.ts'
import { fetch } from '../../../src/protocol/api/fetch.ts'
import { findCoordinator, transactionCoordinator } from '../../../src/protocol/api/find-coordinator.ts'
import { joinGroup } from '../../../src/protocol/api/join-group.ts'
import { metadata } from '../../../src/protocol/api/metadata.ts'
import { offsetFetch } from '../../../src/protocol/api/offset-fetch.ts'
import { encodeProduce, produce } from '../../../src/protocol/api/produce.ts'
import { txnOffsetCommit } from '../../../src/protocol/api/txn-offset-commit.ts'
import { zeroUuid } from '../../../src/protocol/schema.ts'

// The bytes were written by kafka-clients 4.3.1: the generated classes of org.apache.kafka.common.message.

const bytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'))
const topicId = '00112233-4455-6677-8899-aabbccddeeff'

describe('requests', () => {
  test('ApiVersions v3', () => {
    const request = { clientSoftwareName: 'millrace', clientSoftwareVersion: '0.1.0' }
    expect(hex(apiVersions.encodeRequest(request, 3))).toBe('096d696c6c7261636506302e312e3000')
  })

  test('Metadata v12, for one topic', () => {
    const request = { topics: [{ name: 'clicks' }], allowAutoTopicCreation: false }
    expect(hex(metadata.encodeRequest(request, 12))).toBe(
      '020000000000000000000000000000000007636c69636b7300000000',
    )
  })

  test('Metadata v5, for all topics', () => {
    const request = { topics: null, allowAutoTopicCreation: true }
    expect(hex(metadata.encodeRequest(request, 5))).toBe('ffffffff01')
  })

  test('FindCoordinator v4', () => {
    const request = { key: 'app-1', keyType: transactionCoordinator }
    expect(hex(findCoordinator.encodeRequest(request, 4))).toBe('0102066170702d3100')
  })

  test('OffsetFetch v8', () => {
    const topics = [{ name: 'clicks', partitionIndexes: [0, 3] }]
    const request = { groupId: 'app', topics, requireStable: true }
    expect(hex(offsetFetch.encodeRequest(request, 8))).toBe(
      '02046170700207636c69636b7303000000000000000300000100',
    )
  })

  test('TxnOffsetCommit v3', () => {
    const partition = { partitionIndex: 0, committedOffset: 2 ** 40, committedMetadata: 'AgA=' }
    const request = {
      transactionalId: 'app-1',
      groupId: 'app',
      producerId: 4_000_000_000,
      producerEpoch: 2,
      generationId: 9,
      memberId: 'm',
      groupInstanceId: null,
      topics: [{ name: 'clicks', partitions: [partition] }],
    }
    expect(hex(txnOffsetCommit.encodeRequest(request, 3))).toBe(
      '066170702d310461707000000000ee6b2800000200000009026d000207636c69636b7302000000000000010000000000ffffffff054167413d000000',
    )
  })

  test('JoinGroup v9', () => {
    const request = {
      groupId: 'app',
      sessionTimeoutMs: 45_000,
      rebalanceTimeoutMs: 300_000,
      memberId: '',
      groupInstanceId: 'i',
      protocolType: 'consumer',
      protocols: [{ name: 'stream', metadata: Uint8Array.of(1, 2, 3) }],
      reason: 'why',
    }
    expect(hex(joinGroup.encodeRequest(request, 9))).toBe(
      '046170700000afc8000493e001026909636f6e73756d6572020773747265616d04010203000477687900',
    )
  })

  test('Fetch v12', () => {
    const partition = {
      partition: 2,
      currentLeaderEpoch: 4,
      fetchOffset: 1_234_567_890_123,
      partitionMaxBytes: 1_048_576,
    }
    const request = {
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 4_194_304,
      isolationLevel: 1,
      sessionId: 0,
      sessionEpoch: -1,
      topics: [{ topic: 'clicks', partitions: [partition] }],
      forgottenTopics: [],
    }
    expect(hex(fetch.encodeRequest(request, 12))).toBe(
      'ffffffff000001f400000001004000000100000000ffffffff0207636c69636b730200000002000000040000011f71fb04cbffffffffffffffffffffffff001000000000010100',
    )
  })

  test('Produce v9, and its batch is not copied', () => {
    const records = Uint8Array.of(9, 8, 7)
    const request = {
      transactionalId: 'app-1',
      acks: -1,
      timeoutMs: 30_000,
      topics: [{ name: 'out', partitions: [{ index: 1, records }] }],
    }
    const expected = '066170702d31ffff0000753002046f7574020000000104090807000000'
    expect(hex(produce.encodeRequest(request, 9))).toBe(expected)
    const chunks = encodeProduce(request, 9)
    expect(chunks.map(hex).join('')).toBe(expected)
    expect(chunks).toHaveLength(3)
    expect(chunks[1]).toBe(records)
  })
})

describe('responses', () => {
  test('ApiVersions v3: features in tagged fields, one of them not known to us', () => {
    const digits =
      '000002000100040012000000000004001a02147472616e73616374696f6e2e76657273696f6e00000002000108000000000000000c021a02147472616e73616374696f6e2e76657273696f6e0002000200030101'
    expect(apiVersions.decodeResponse(bytes(digits), 3)).toEqual({
      errorCode: 0,
      apiKeys: [{ apiKey: 1, minVersion: 4, maxVersion: 18 }],
      throttleTimeMs: 0,
      supportedFeatures: [{ name: 'transaction.version', minVersion: 0, maxVersion: 2 }],
      finalizedFeaturesEpoch: 12,
      finalizedFeatures: [{ name: 'transaction.version', maxVersionLevel: 2, minVersionLevel: 2 }],
    })
  })

  test('ApiVersions v3 asked for, v0 answered', () => {
    const { errorCode, apiKeys } = apiVersions.decodeResponse(bytes('002300000001001200000002'), 3)
    expect(errorCode).toBe(35)
    expect(apiKeys).toEqual([{ apiKey: 18, minVersion: 0, maxVersion: 2 }])
  })

  test('Metadata v12', () => {
    const digits =
      '000000050200000001086b61666b612d31000023840261000363310000000102000007636c69636b7300112233445566778899aabbccddeeff000200000000000000000001000000040300000001000000020200000001020000000200800000000000'
    const partition = {
      errorCode: 0,
      partitionIndex: 0,
      leaderId: 1,
      leaderEpoch: 4,
      replicaNodes: [1, 2],
      isrNodes: [1],
      offlineReplicas: [2],
    }
    const response = {
      throttleTimeMs: 5,
      brokers: [{ nodeId: 1, host: 'kafka-1', port: 9092, rack: 'a' }],
      clusterId: 'c1',
      controllerId: 1,
      topics: [{ errorCode: 0, name: 'clicks', topicId, isInternal: false, partitions: [partition] }],
    }
    expect(metadata.decodeResponse(bytes(digits), 12)).toEqual(response)
    expect(hex(metadata.encodeResponse(response, 12))).toBe(digits)
    const withoutIds = metadata.decodeResponse(metadata.encodeResponse(response, 9), 9)
    expect(withoutIds.topics[0]?.topicId).toBe(zeroUuid)
  })

  test('FindCoordinator v4', () => {
    const digits = '00000000020100000001086b61666b612d31000023840000010000'
    const response = {
      throttleTimeMs: 0,
      errorCode: 0,
      errorMessage: '',
      nodeId: 1,
      host: 'kafka-1',
      port: 9092,
    }
    expect(findCoordinator.decodeResponse(bytes(digits), 4)).toEqual(response)
    expect(hex(findCoordinator.encodeResponse(response, 4))).toBe(digits)
  })

  test('CreateTopics v7', () => {
    const digits = '0000000002027400112233445566778899aabbccddeeff00000000000004000100010002001d00'
    const topic = {
      name: 't',
      topicId,
      errorCode: 0,
      errorMessage: null,
      topicConfigErrorCode: 29,
      numPartitions: 4,
      replicationFactor: 1,
      configs: null,
    }
    expect(createTopics.decodeResponse(bytes(digits), 7)).toEqual({ throttleTimeMs: 0, topics: [topic] })
    expect(hex(createTopics.encodeResponse({ throttleTimeMs: 0, topics: [topic] }, 7))).toBe(digits)
  })

  test.each([
    [
      11,
      { leaderId: -1, leaderEpoch: -1 },
      '00000000000000000006000000010006636c69636b73000000010000000200000000000000000064000000000000005a000000000000000500000001000000000000004d0000000000000050ffffffff00000003090807',
    ],
    [
      12,
      { leaderId: 3, leaderEpoch: 5 },
      '000000000000000000060207636c69636b73020000000200000000000000000064000000000000005a000000000000000502000000000000004d000000000000005000ffffffff040908070101090000000300000005000000',
    ],
  ])('Fetch v%i: the records are a view of the response', (version, currentLeader, digits) => {
    const frame = bytes(digits)
    const partition = {
      partitionIndex: 2,
      errorCode: 0,
      highWatermark: 100,
      lastStableOffset: 90,
      logStartOffset: 5,
      currentLeader,
      abortedTransactions: [{ producerId: 77, firstOffset: 80 }],
      preferredReadReplica: -1,
      records: Uint8Array.of(9, 8, 7),
    }
    const response = {
      throttleTimeMs: 0,
      errorCode: 0,
      sessionId: 6,
      responses: [{ topic: 'clicks', partitions: [partition] }],
    }
    const decoded = fetch.decodeResponse(frame, version)
    expect(decoded).toEqual(response)
    expect(decoded.responses[0]?.partitions[0]?.records?.buffer).toBe(frame.buffer)
    expect(hex(fetch.encodeResponse(response, version))).toBe(digits)
  })

  test('Produce v9', () => {
    const digits =
      '02046f757402000000010057ffffffffffffffffffffffffffffffff00000000000000000200000002076e6f206b6579000462616400000000000300'
    const partition = {
      index: 1,
      errorCode: 87,
      baseOffset: -1,
      logAppendTimeMs: -1,
      logStartOffset: 0,
      recordErrors: [{ batchIndex: 2, message: 'no key' }],
      errorMessage: 'bad',
    }
    const response = { topics: [{ name: 'out', partitions: [partition] }], throttleTimeMs: 3 }
    expect(produce.decodeResponse(bytes(digits), 9)).toEqual(response)
    expect(hex(produce.encodeResponse(response, 9))).toBe(digits)
  })
})
