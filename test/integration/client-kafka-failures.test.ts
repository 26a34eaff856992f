import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Client, Fetcher, Producer } from '../../src/client/client.ts'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import type { KafkaOptions } from '../../src/client/kafka/options.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import { encodeBatch } from '../../src/protocol/record-batch/encode.ts'
import { type KafkaBroker, startKafka } from '../broker/kafka-broker.ts'
import { Harness, noMember, recordTime, rejoinOf, send, values } from '../unit/client/suite/harness.ts'

// A broker of its own: it is killed, stopped and started again.
describe.skipIf(process.env['KAFKA_BROKERS'])('when the broker fails', () => {
  let broker: KafkaBroker
  let unreachable = 0
  const harness = new Harness(async () => ({ client, dispose: async () => {} }))

  function client(more: Partial<KafkaOptions> = {}): Client {
    const hooks = new Hooks()
    hooks.on('brokerUnreachable', () => unreachable++)
    const options = { brokers: broker.brokers, clientId: 'failures', requestTimeoutMs: 2000, ...more }
    return createKafkaClient(options, { clock: systemClock, logger: silentLogger, hooks })
  }

  beforeAll(async () => {
    broker = await startKafka()
    await harness.start()
  })
  beforeEach(() => {
    unreachable = 0
  })
  afterEach(() => harness.reset())
  afterAll(() => broker.stop())

  test('produce: nothing is lost, doubled or reordered', async () => {
    const topic = await harness.topic(2)
    const producer = await harness.producer()
    const numbers = sendNumbers(producer, topic, 0, 100)
    await producer.flush()
    const more = sendNumbers(producer, topic, 100, 400)
    await producer.drain(producer.pendingBytes - 1)
    await broker.kill()
    const last = sendNumbers(producer, topic, 400, 500)
    await broker.restart()
    await producer.flush()
    const expected = [...numbers, ...more, ...last]
    for (const partition of [0, 1]) {
      const { values: read } = await harness.read(topic, partition, expected.length)
      expect(read).toEqual(expected)
      expect(producer.acknowledged(topic, partition)).toBe(expected.length)
    }
    expect(unreachable).toBeGreaterThan(0)
  })

  test('an open transaction goes on, its offsets too', async () => {
    const topic = await harness.topic()
    const groupId = harness.name('group')
    const producer = await harness.producer(harness.name('transaction'))
    send(producer, topic, 0, 'before')
    await producer.flush()
    await broker.kill()
    send(producer, topic, 0, 'after')
    await broker.restart()
    await producer.sendOffsets([{ topic, partition: 0, offset: 7, metadata: 'm' }], noMember(groupId))
    await producer.commit()
    expect(await harness.committed(topic, 0, 3)).toEqual(['before', 'after'])
    expect(await harness.one.committedOffsets(groupId, [{ topic, partition: 0 }])).toEqual([
      { topic, partition: 0, offset: 7, metadata: 'm' },
    ])
  })

  test('committed offsets of a transaction that does not end are not waited for longer than a call may take', async () => {
    const topic = await harness.topic()
    const groupId = harness.name('group')
    const producer = await harness.producer(harness.name('transaction'))
    await producer.sendOffsets([{ topic, partition: 0, offset: 7, metadata: '' }], noMember(groupId))
    const impatient = client({ apiTimeoutMs: 300 })
    await expect(impatient.committedOffsets(groupId, [{ topic, partition: 0 }])).rejects.toMatchObject({
      code: 'transaction-pending',
      message: expect.stringContaining(`${groupId}, ${topic}-0`),
    })
    await impatient.close()
    await producer.commit()
  })

  test('a transaction that outlives its timeout is fenced, and a new init begins anew', async () => {
    const topic = await harness.topic()
    const transactionalId = harness.name('transaction')
    const slow = harness.one.producer({ transactionalId, transactionTimeoutMs: 1000 })
    await slow.init()
    const stable = await harness.latest(topic, 'read_committed')
    sendTransactional(slow, topic, 'late')
    await slow.flush()
    // The broker aborts it: the last stable offset moves past the record and the marker.
    while ((await harness.latest(topic, 'read_committed')) === stable) await systemClock.sleep(50)
    sendTransactional(slow, topic, 'too late')
    await expect(slow.commit()).rejects.toMatchObject({ code: 'fenced' })
    await expect(slow.abort()).rejects.toMatchObject({ code: 'fenced' })
    await slow.init()
    sendTransactional(slow, topic, 'anew')
    await slow.commit()
    expect(await harness.committed(topic, 0, 4)).toEqual(['anew'])
  })

  test('a fetcher goes on where it was', async () => {
    const topic = await harness.topic()
    const producer = await harness.producer()
    const fetcher = harness.fetcher()
    fetcher.add({ topic, partition: 0 }, 0)
    send(producer, topic, 0, 'a')
    expect(await poll(fetcher, 1)).toEqual(['a'])
    await broker.kill('SIGTERM')
    const polled = poll(fetcher, 2)
    await broker.restart()
    send(producer, topic, 0, 'b')
    send(producer, topic, 0, 'c')
    expect(await polled).toEqual(['b', 'c'])
  })

  test('a group member stays one over a restart', async () => {
    const groupId = harness.name('group')
    const member = harness.member(groupId, { sessionTimeoutMs: 60_000 })
    const { generationId } = await member.join()
    await broker.restart()
    const topic = await harness.topic()
    const producer = await harness.producer(harness.name('transaction'))
    await producer.sendOffsets([{ topic, partition: 0, offset: 1, metadata: '' }], member.group)
    await producer.commit()
    expect(member.group.generationId).toBe(generationId)
    expect(member.lost).toBe(false)
  })

  test('a member that hears nothing for a session is lost, and joins again', async () => {
    const member = harness.member(harness.name('group'), { sessionTimeoutMs: 1000 })
    await member.join()
    const lost = rejoinOf(member)
    await broker.kill('SIGSTOP')
    await lost
    expect([member.rejoin, member.lost, member.group.generationId]).toEqual([true, true, -1])
    await broker.kill('SIGCONT')
    const { generationId } = await member.join()
    expect(generationId).toBeGreaterThan(0)
    expect([member.rejoin, member.lost]).toEqual([false, false])
  })

  test('join waits for the broker, until it is told to stop', async () => {
    const member = harness.member(harness.name('group'))
    await member.join()
    await broker.kill('SIGTERM')
    const stop = new AbortController()
    const joined = member.join(stop.signal)
    stop.abort(new Error('enough'))
    await expect(joined).rejects.toThrow('enough')
    const again = member.join()
    await broker.restart()
    expect((await again).generationId).toBeGreaterThan(0)
  })
})

/** One batch a number, to partitions 0 and 1. */
function sendNumbers(producer: Producer, topic: string, from: number, to: number): readonly string[] {
  const numbers = Array.from({ length: to - from }, (_, i) => `${from + i}`)
  for (const number of numbers) for (const partition of [0, 1]) send(producer, topic, partition, number)
  return numbers
}

async function poll(fetcher: Fetcher, count: number): Promise<readonly string[]> {
  const read: string[] = []
  while (read.length < count) {
    const fetched = await fetcher.poll(1000)
    read.push(...values(fetched))
    for (const one of fetched) one.release()
  }
  return read
}

function sendTransactional(producer: Producer, topic: string, value: string): void {
  const batch = encodeBatch([{ timestamp: recordTime, key: null, value: utf8(value) }], {
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    sequence: producer.reserve(topic, 0, 1),
    transactional: true,
  })
  producer.send(topic, 0, batch)
}
