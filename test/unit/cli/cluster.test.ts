import { expect, onTestFinished, test } from 'vitest'
import { groupLag, totalLag } from '../../../src/cli/group-lag.ts'
import { Progress } from '../../../src/cli/progress.ts'
import { endsOf, partitionsOfTopic, readRecords } from '../../../src/cli/read-topic.ts'
import { redrive } from '../../../src/cli/redrive.ts'
import { offsetChanges } from '../../../src/cli/reset-offsets.ts'
import type { Client, Producer } from '../../../src/client/client.ts'
import { EmbeddedCluster } from '../../../src/client/embedded/cluster.ts'
import { utf8, utf8Text } from '../../../src/core/bytes.ts'
import { Hooks } from '../../../src/core/hooks.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import type { Headers } from '../../../src/core/record.ts'
import { systemClock } from '../../../src/core/time/clock.ts'
import { encodeBatch } from '../../../src/protocol/record-batch/encode.ts'

const clock = systemClock
const quiet = (label: string, total: number): Progress => new Progress({ write: () => true }, label, total)

function openClient(): Client {
  const cluster = new EmbeddedCluster({ clock })
  const client = cluster.createClient({ clock, logger: silentLogger, hooks: new Hooks() })
  onTestFinished(() => client.close())
  return client
}

async function makeTopic(client: Client, name: string, partitions: number): Promise<void> {
  await client.createTopics([{ name, partitions, replicationFactor: -1, configs: {} }])
}

async function openProducer(client: Client): Promise<Producer> {
  const producer = client.producer({ transactionTimeoutMs: 10_000 })
  await producer.init()
  return producer
}

function send(
  producer: Producer,
  topic: string,
  partition: number,
  values: readonly string[],
  headers: Headers = [],
  time = 1000,
): void {
  const records = values.map((value, i) => ({
    timestamp: time + i,
    key: utf8(value),
    value: utf8(value),
    headers,
  }))
  const batch = encodeBatch(records, {
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    sequence: producer.reserve(topic, partition, records.length),
    transactional: false,
  })
  producer.buffer(batch.length).set(batch)
  producer.send(topic, partition, batch)
}

async function valuesOf(client: Client, topic: string): Promise<readonly string[]> {
  const ranges = await endsOf(client, await partitionsOfTopic(client, topic))
  const values: string[] = []
  for await (const records of readRecords(client, { ranges, clock }))
    for (const { partition, value } of records) values.push(`${partition} ${utf8Text(value!)}`)
  return values.toSorted()
}

const from = (topic: string, partition: number): Headers => [
  { key: 'trace', value: utf8('t') },
  { key: '__streams.errors.topic', value: utf8(topic) },
  { key: '__streams.errors.partition', value: utf8(String(partition)) },
]

test('a redrive sends each letter once, to its own partition; what names no topic is passed over', async () => {
  const client = openClient()
  await makeTopic(client, 'letters', 2)
  await makeTopic(client, 'in', 3)
  const producer = await openProducer(client)
  send(producer, 'letters', 0, ['a', 'b'], from('in', 2))
  send(producer, 'letters', 1, ['c'], from('in', 1))
  send(producer, 'letters', 1, ['d'], from('gone', 0))
  send(producer, 'letters', 1, ['e'])
  await producer.flush()
  const options = { topic: 'letters', group: 'g', dropErrorHeaders: false, clock, progress: quiet }
  const all = Number.POSITIVE_INFINITY
  const dry = await redrive(client, { ...options, limit: all, dryRun: true })
  expect(dry.sent).toEqual([{ topic: 'in', records: 3 }])
  expect(await client.admin.groupOffsets('g')).toEqual([])
  const first = await redrive(client, { ...options, limit: 2, dryRun: false })
  const second = await redrive(client, { ...options, limit: all, dryRun: false })
  const third = await redrive(client, { ...options, limit: all, dryRun: false })
  const count = (sent: typeof first.sent): number => sent.reduce((sum, { records }) => sum + records, 0)
  expect(count(first.sent) + count(second.sent)).toBe(3)
  expect(third).toEqual({ sent: [], skipped: [], offsets: [] })
  expect([...first.skipped, ...second.skipped].toSorted((a, b) => (a.letter < b.letter ? -1 : 1))).toEqual([
    { letter: 'letters-1@1', why: 'there is no topic gone' },
    { letter: 'letters-1@2', why: 'its headers do not say where it came from' },
  ])
  expect(await valuesOf(client, 'in')).toEqual(['1 c', '2 a', '2 b'])
})

test('the lag of a group is of all partitions it has committed', async () => {
  const client = openClient()
  await makeTopic(client, 'in', 2)
  const producer = await openProducer(client)
  send(producer, 'in', 0, ['a', 'b', 'c'])
  await producer.flush()
  await client.admin.alterGroupOffsets('g', [
    { topic: 'in', partition: 0, offset: 1, metadata: '' },
    { topic: 'in', partition: 1, offset: 0, metadata: '' },
    { topic: 'gone', partition: 0, offset: 9, metadata: '' },
  ])
  const found = await groupLag(client, 'g')
  expect(found.partitions).toEqual([
    { topic: 'in', partition: 0, committed: 1, end: 3, lag: 2 },
    { topic: 'in', partition: 1, committed: 0, end: 0, lag: 0 },
  ])
  expect(totalLag(found)).toBe(2)
  expect(found.group).toMatchObject({ state: 'Empty', members: [] })
})

test('offsets to reset to lie in the log', async () => {
  const client = openClient()
  await makeTopic(client, 'in', 1)
  const producer = await openProducer(client)
  send(producer, 'in', 0, ['a', 'b', 'c', 'd'])
  await producer.flush()
  await client.deleteRecords([{ topic: 'in', partition: 0, offset: 1 }])
  const partitions = [{ topic: 'in', partition: 0 }]
  const committed = [{ topic: 'in', partition: 0, offset: 3, metadata: '' }]
  const to = async (target: Parameters<typeof offsetChanges>[3]): Promise<number | undefined> =>
    (await offsetChanges(client, partitions, committed, target))[0]?.to
  expect(await to({ kind: 'earliest' })).toBe(1)
  expect(await to({ kind: 'latest' })).toBe(4)
  expect(await to({ kind: 'offset', offset: 0 })).toBe(1)
  expect(await to({ kind: 'offset', offset: 99 })).toBe(4)
  expect(await to({ kind: 'shift', by: -1 })).toBe(2)
  expect(await to({ kind: 'time', timestamp: 1002 })).toBe(2)
  expect(await to({ kind: 'time', timestamp: 5000 })).toBe(4)
  expect(await to({ kind: 'offsets', offsets: new Map([['in-0', 2]]) })).toBe(2)
  expect(await to({ kind: 'offsets', offsets: new Map() })).toBeUndefined()
  await expect(to({ kind: 'offsets', offsets: new Map([['in-7', 2]]) })).rejects.toThrow('in-7')
})
