import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Client, GroupMember, GroupOptions, Producer } from '../../../src/client/client.ts'
import { EmbeddedCluster } from '../../../src/client/embedded/cluster.ts'
import { TransactionCoordinator } from '../../../src/client/embedded/transaction-coordinator.ts'
import { utf8 } from '../../../src/core/bytes.ts'
import { Hooks } from '../../../src/core/hooks.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { encodeBatch } from '../../../src/protocol/record-batch/encode.ts'

/** Lets everything run that needs no time. */
const settle = (): Promise<void> => setImmediate()

class Fixture {
  readonly clock: ManualClock = new ManualClock()
  readonly cluster: EmbeddedCluster
  readonly client: Client

  constructor(retentionBytes?: number) {
    this.cluster = new EmbeddedCluster({
      clock: this.clock,
      ...(retentionBytes !== undefined && { retentionBytes }),
    })
    this.client = this.cluster.createClient({ clock: this.clock, logger: silentLogger, hooks: new Hooks() })
  }

  /** Time passes in small steps, and what wakes up runs in between. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 100) {
      this.clock.advance(Math.min(100, left))
      await settle()
    }
  }

  async topic(configs: Readonly<Record<string, string>> = {}): Promise<string> {
    await this.client.createTopics([{ name: 't', partitions: 1, replicationFactor: -1, configs }])
    return 't'
  }

  async producer(transactionalId: string, transactionTimeoutMs = 10_000): Promise<Producer> {
    const producer = this.client.producer({ transactionalId, transactionTimeoutMs })
    await producer.init()
    return producer
  }

  member(options: Partial<GroupOptions> = {}): GroupMember {
    return this.client.group({
      groupId: 'g',
      protocolName: 'stream',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 30_000,
      heartbeatIntervalMs: 3000,
      metadata: () => utf8('metadata'),
      assign: (members) =>
        Promise.resolve(new Map(members.map(({ memberId }) => [memberId, utf8(memberId)]))),
      ...options,
    })
  }

  async latest(topic: string): Promise<readonly number[]> {
    const ends = (['read_uncommitted', 'read_committed'] as const).map((isolation) =>
      this.client.listOffsets([{ topic, partition: 0 }], 'latest', isolation),
    )
    return (await Promise.all(ends)).map(([end]) => end!.offset)
  }
}

function send(producer: Producer, topic: string): void {
  const batch = encodeBatch([{ timestamp: 0, key: utf8('key'), value: utf8('value') }], {
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    sequence: producer.reserve(topic, 0, 1),
    transactional: true,
  })
  producer.send(topic, 0, batch)
}

const noMember = { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null }

describe('transaction timeout', () => {
  test('aborts the transaction, frees readers and fences its producer', async () => {
    const fixture = new Fixture()
    const topic = await fixture.topic()
    const producer = await fixture.producer('tx', 10_000)
    send(producer, topic)
    await producer.sendOffsets([{ topic, partition: 0, offset: 3, metadata: '' }], noMember)
    await producer.flush()
    const offsets = fixture.client.committedOffsets('g', [{ topic, partition: 0 }])
    await fixture.pass(9900)
    expect(await fixture.latest(topic)).toEqual([1, 0])
    await fixture.pass(100)
    expect(await fixture.latest(topic)).toEqual([2, 2])
    expect(await offsets).toEqual([])
    await expect(producer.commit()).rejects.toMatchObject({ code: 'fenced' })
    await expect(producer.abort()).rejects.toMatchObject({ code: 'fenced' })
    await producer.init()
    send(producer, topic)
    await producer.commit()
    expect(await fixture.latest(topic)).toEqual([4, 4])
  })

  test('also when the request that began it was refused', async () => {
    const fixture = new Fixture()
    const topic = await fixture.topic()
    const producer = await fixture.producer('tx', 10_000)
    const stranger = { ...noMember, memberId: 'stranger' }
    await expect(producer.sendOffsets([], stranger)).rejects.toMatchObject({ code: 'fenced' })
    await fixture.pass(10_000)
    const { producerEpoch } = producer
    await producer.init()
    expect(producer.producerEpoch).toBe(producerEpoch + 2)
    expect(await fixture.latest(topic)).toEqual([0, 0])
  })

  test('counts from the begin of each transaction', async () => {
    const fixture = new Fixture()
    const topic = await fixture.topic()
    const [slow, quick] = [await fixture.producer('slow', 60_000), await fixture.producer('quick', 10_000)]
    send(slow, topic)
    await slow.flush()
    for (let i = 0; i < 5; i++) {
      send(quick, topic)
      await quick.flush()
      await fixture.pass(9000)
      await quick.commit()
    }
    await slow.commit()
    expect(await fixture.latest(topic)).toEqual([12, 12])
  })
})

describe('transaction coordinator', () => {
  test('hands out a new producer id when the epochs are used up', () => {
    const ended: unknown[] = []
    const coordinator = new TransactionCoordinator({
      endInPartition: (_, { producerId, producerEpoch }) => ended.push([producerId, producerEpoch]),
      endInGroup: () => {},
    })
    const first = coordinator.initProducer('tx', 1000)
    let last = first
    let next = coordinator.initProducer('tx', 1000)
    while (next.producerId === first.producerId) {
      last = next
      next = coordinator.initProducer('tx', 1000)
    }
    expect(last).toEqual({ producerId: first.producerId, producerEpoch: 0x7ffe })
    expect(next).toEqual({ producerId: first.producerId + 1, producerEpoch: 0 })
    coordinator.addPartition({ transactionalId: 'tx', ...next }, { topic: 't', partition: 0 }, 0)
    expect(coordinator.initProducer('tx', 1000)).toEqual({ ...next, producerEpoch: 1 })
    expect(ended).toEqual([[next.producerId, 1]])
  })

  test('bumps the epoch of the present producer only, when asked by itself', () => {
    const coordinator = new TransactionCoordinator({ endInPartition: () => {}, endInGroup: () => {} })
    const old = coordinator.initProducer('tx', 1000)
    const bumped = coordinator.initProducer('tx', 1000, { transactionalId: 'tx', ...old })
    expect(bumped).toEqual({ ...old, producerEpoch: old.producerEpoch + 1 })
    expect(() => coordinator.initProducer('tx', 1000, { transactionalId: 'tx', ...old })).toThrow(
      expect.objectContaining({ code: 'fenced' }),
    )
  })

  test("a batch that is not of its producer's transaction is refused", async () => {
    const fixture = new Fixture()
    const topic = await fixture.topic()
    const producer = await fixture.producer('tx')
    const batch = encodeBatch([{ timestamp: 0, key: null, value: null }], {
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      sequence: 0,
      transactional: false,
    })
    producer.send(topic, 0, batch)
    await expect(producer.flush()).rejects.toMatchObject({ details: { kafkaError: 'INVALID_TXN_STATE' } })
    expect(await fixture.latest(topic)).toEqual([0, 0])
  })
})

describe('group membership', () => {
  test('lasts while heartbeats come, and is lost without them', async () => {
    const fixture = new Fixture()
    const member = fixture.member()
    const { generationId } = await member.join()
    await fixture.pass(60_000)
    expect([member.rejoin, member.lost]).toEqual([false, false])
    const { group } = member
    const producer = await fixture.producer('tx')
    await producer.sendOffsets([], group)
    await producer.commit()
    member.stop()
    await fixture.pass(10_000)
    await expect(producer.sendOffsets([], group)).rejects.toMatchObject({ code: 'fenced' })
    const successor = await fixture.member().join()
    expect(successor.generationId).toBeGreaterThan(generationId)
  })

  test('a member whose session ended learns that it is lost, once, and joins as a new one', async () => {
    const fixture = new Fixture()
    const member = fixture.member({ sessionTimeoutMs: 1000, heartbeatIntervalMs: 3000 })
    await member.join()
    let told = 0
    member.onRejoin = () => told++
    const old = member.group.memberId
    await fixture.pass(10_000)
    expect([member.rejoin, member.lost, told]).toEqual([true, true, 1])
    await member.join()
    expect([member.rejoin, member.lost]).toEqual([false, false])
    expect(member.group.memberId).not.toBe(old)
  })

  test('a rebalance goes on without a member that does not join in time', async () => {
    const fixture = new Fixture()
    const [slow, quick] = [fixture.member(), fixture.member()]
    await slow.join()
    let told = 0
    slow.onRejoin = () => told++
    const joining = quick.join()
    await fixture.pass(29_000)
    expect([slow.rejoin, slow.lost, told]).toEqual([true, false, 1])
    await fixture.pass(4000)
    const { assignment } = await joining
    expect(assignment).toEqual(utf8(quick.group.memberId))
    expect([slow.lost, told]).toEqual([true, 1])
  })

  test('who waits for a leader that vanished joins again', async () => {
    const fixture = new Fixture()
    const leader = fixture.member({ assign: () => new Promise(() => {}) })
    const follower = fixture.member()
    const leading = leader.join()
    await settle()
    const following = follower.join()
    leader.stop()
    await expect(leading).rejects.toMatchObject({ code: 'lifecycle' })
    await fixture.pass(40_000)
    const { assignment } = await following
    expect(assignment).toEqual(utf8(follower.group.memberId))
  })

  test('members of one group speak one protocol', async () => {
    const fixture = new Fixture()
    await fixture.member().join()
    await expect(fixture.member({ protocolName: 'other' }).join()).rejects.toMatchObject({
      details: { kafkaError: 'INCONSISTENT_GROUP_PROTOCOL' },
    })
  })

  test('a group member that was stopped has no timer left', async () => {
    const fixture = new Fixture()
    const member = fixture.member()
    await member.join()
    await fixture.pass(3000)
    fixture.clock.advance(3000)
    await member.leave('while a heartbeat is under way')
    let requests = 0
    const { request } = fixture.cluster
    fixture.cluster.request = (run) => {
      requests++
      return request.call(fixture.cluster, run) as never
    }
    await fixture.pass(20_000)
    expect(requests).toBe(0)
  })
})

describe('retention by topic', () => {
  async function start(configs: Readonly<Record<string, string>>): Promise<number> {
    const fixture = new Fixture(1000)
    const topic = await fixture.topic(configs)
    const producer = await fixture.producer('tx')
    for (let i = 0; i < 100; i++) send(producer, topic)
    await producer.commit()
    const [earliest] = await fixture.client.listOffsets(
      [{ topic, partition: 0 }],
      'earliest',
      'read_committed',
    )
    return earliest!.offset
  }

  test('bounds a topic, unless it is only compacted or has a bound of its own', async () => {
    const bounded = await start({})
    expect(bounded).toBeGreaterThan(0)
    expect(await start({ 'cleanup.policy': 'compact,delete' })).toBe(bounded)
    expect(await start({ 'cleanup.policy': 'compact' })).toBe(0)
    expect(await start({ 'retention.bytes': '-1' })).toBe(0)
    expect(await start({ 'retention.bytes': '2000' })).toBeLessThan(bounded)
  })
})

describe('topics', () => {
  test('have ids that no other cluster and no other topic has', async () => {
    const topic = { partitions: 1, replicationFactor: -1, configs: {} }
    const ids = new Set<string>()
    for (const { client } of [new Fixture(), new Fixture()]) {
      await client.createTopics([
        { name: 'a', ...topic },
        { name: 'b', ...topic },
      ])
      for (const { id } of (await client.topics(['a', 'b'])).values()) ids.add(id)
    }
    expect(ids.size).toBe(4)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  test('with illegal names or partition counts are refused', async () => {
    const { client } = new Fixture()
    const topic = { replicationFactor: -1, configs: {} }
    for (const name of ['', '..', 'with space', 'x'.repeat(250)])
      await expect(client.createTopics([{ name, partitions: 1, ...topic }])).rejects.toMatchObject({
        details: { kafkaError: 'INVALID_TOPIC_EXCEPTION' },
      })
    await expect(client.createTopics([{ name: 'a', partitions: 0, ...topic }])).rejects.toMatchObject({
      details: { kafkaError: 'INVALID_PARTITIONS' },
    })
  })
})
