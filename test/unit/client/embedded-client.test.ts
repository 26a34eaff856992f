import { expect, test } from 'vitest'
import type { Client, Producer } from '../../../src/client/client.ts'
import { EmbeddedCluster } from '../../../src/client/embedded/cluster.ts'
import { utf8 } from '../../../src/core/bytes.ts'
import { Hooks } from '../../../src/core/hooks.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { encodeBatch } from '../../../src/protocol/record-batch/encode.ts'

async function clientWithTopic(partitions: number): Promise<Client> {
  const clock = new ManualClock()
  const cluster = new EmbeddedCluster({ clock })
  const client = cluster.createClient({ clock, logger: silentLogger, hooks: new Hooks() })
  await client.createTopics([{ name: 't', partitions, replicationFactor: -1, configs: {} }])
  return client
}

async function producerOf(client: Client): Promise<Producer> {
  const producer = client.producer({ transactionTimeoutMs: 10_000 })
  await producer.init()
  return producer
}

function send(producer: Producer, topic: string, partition: number): void {
  const { producerId, producerEpoch } = producer
  const sequence = producer.reserve(topic, partition, 1)
  const record = { timestamp: 0, key: null, value: utf8('value') }
  producer.send(topic, partition, encodeBatch([record], { producerId, producerEpoch, sequence }))
}

const options = { isolation: 'read_committed', partitionBytes: 1, offsetReset: 'none' } as const

test('data fetched before a failure is handed out first', async () => {
  const client = await clientWithTopic(2)
  const producer = await producerOf(client)
  send(producer, 't', 0)
  await producer.flush()
  const fetcher = client.fetcher({ ...options, bufferBytes: 1000 })
  fetcher.add({ topic: 't', partition: 0 }, 0)
  fetcher.add({ topic: 't', partition: 1 }, 5)
  expect(await fetcher.poll(0)).toMatchObject([{ partition: 0, nextOffset: 1 }])
  await expect(fetcher.poll(0)).rejects.toMatchObject({ code: 'offset-out-of-range' })
})

test('every partition has its turn, however small bufferBytes is', async () => {
  const client = await clientWithTopic(3)
  const producer = await producerOf(client)
  const fetcher = client.fetcher({ ...options, bufferBytes: 1 })
  for (const partition of [0, 1, 2]) {
    fetcher.add({ topic: 't', partition }, 0)
    for (let i = 0; i < 3; i++) send(producer, 't', partition)
  }
  await producer.flush()
  const order: number[] = []
  for (let i = 0; i < 3; i++) {
    const fetched = await fetcher.poll(0)
    order.push(...fetched.map(({ partition }) => partition))
    expect(await fetcher.poll(0)).toEqual([])
    for (const { release } of fetched) {
      release()
      release()
    }
  }
  expect(order).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2])
})

test('the first failure of a producer is the one that it remembers', async () => {
  const client = await clientWithTopic(1)
  const producer = await producerOf(client)
  producer.reserve('t', 0, 1)
  send(producer, 't', 0)
  send(producer, 'unknown', 0)
  await expect(producer.flush()).rejects.toMatchObject({
    code: 'protocol-error',
    details: { kafkaError: 'OUT_OF_ORDER_SEQUENCE_NUMBER' },
  })
  expect(producer.pendingBytes).toBe(0)
})

test('what does not exist is refused', async () => {
  const client = await clientWithTopic(1)
  const unknown = { details: { kafkaError: 'UNKNOWN_TOPIC_OR_PARTITION' } }
  const partition = { topic: 't', partition: 1 }
  await expect(client.listOffsets([partition], 'latest', 'read_committed')).rejects.toMatchObject(unknown)
  const producer = await producerOf(client)
  send(producer, 't', 1)
  await expect(producer.flush()).rejects.toMatchObject(unknown)
})

test('calls out of order are told so', async () => {
  const client = await clientWithTopic(1)
  const producer = client.producer({ transactionTimeoutMs: 10_000 })
  expect(() => send(producer, 't', 0)).toThrow(expect.objectContaining({ code: 'lifecycle' }))
  await producer.init()
  const group = { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null }
  await expect(producer.sendOffsets([], group)).rejects.toMatchObject({ code: 'lifecycle' })
  await client.close()
  await expect(producer.flush()).rejects.toMatchObject({ code: 'lifecycle' })
  await expect(client.topics(['t'])).rejects.toMatchObject({ code: 'lifecycle' })
  expect(() => client.producer({ transactionTimeoutMs: 10_000 })).toThrow(
    expect.objectContaining({ code: 'lifecycle' }),
  )
})
