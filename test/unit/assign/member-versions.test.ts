import { expect, test } from 'vitest'
import { assignmentError } from '../../../src/protocol/assignment-info.ts'
import { encodeSubscription } from '../../../src/protocol/consumer-protocol.ts'
import { Cluster, rebalance, subscription } from './assignors.ts'

const cluster = new Cluster()
const leader = cluster.member('1')
const metadata = (userData: string): Uint8Array =>
  encodeSubscription({
    topics: ['in'],
    userData: Uint8Array.from(Buffer.from(userData, 'hex')),
    ownedPartitions: [],
    generationId: -1,
    rackId: null,
  })

test('an old member keeps all from starting, and the leader knows why', async () => {
  const old = metadata('0000000a0000000b00112233445566778899aabbccddeeff0000000000000000ff00000000')
  const [first, second] = await rebalance([leader, subscription(leader)], [cluster.member('2'), old])
  expect(first!.taken).toThrow(
    expect.objectContaining({
      code: 'member-unsupported',
      message: expect.stringContaining('older than Kafka Streams 3.2'),
    }),
  )
  expect(second!.info.errorCode).toBe(assignmentError.assignmentError)
})

test('a member newer than this gets an assignment that it can read, and so learns which version to use', async () => {
  const [first, second] = await rebalance(
    [leader, subscription(leader)],
    [cluster.member('2'), metadata('0000000c0000000dffff')],
  )
  expect(second!.info).toMatchObject({ version: 11, commonlySupportedVersion: 11, errorCode: 0 })
  expect(first!.taken().tasks.length + second!.info.activeTasks.length).toBe(6)
})

test('a member that is no Kafka Streams member is named', async () => {
  const plain = encodeSubscription({
    topics: ['in'],
    userData: null,
    ownedPartitions: [],
    generationId: -1,
    rackId: null,
  })
  const [first] = await rebalance([leader, subscription(leader)], [cluster.member('2'), plain])
  expect(first!.taken).toThrow('member m1 is not a Kafka Streams member: it sent no SubscriptionInfo')
})
