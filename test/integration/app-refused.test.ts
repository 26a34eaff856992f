import { expect, test } from 'vitest'
import type { KafkaStreams } from '../../src/app/kafka-streams.ts'
import { utf8 } from '../../src/core/bytes.ts'
import type { ProductionFailure } from '../../src/core/error-handlers.ts'
import { topic } from '../../src/dsl/topic.ts'
import { type Tables, topology } from '../../src/dsl/topology.ts'
import { bytes, string } from '../../src/serde/scalars.ts'
import { isBefore, kafkaVersion } from '../broker/kafka-version.ts'
import { partitionsOf, readCommitted } from '../crash/topic-log.ts'
import { type AppHarness, openHarness, until } from './app-harness.ts'

// What a real broker refuses of a task's output, and large values.

const megabyte = 2 ** 20

async function create(
  { client }: AppHarness,
  name: string,
  configs: Readonly<Record<string, string>> = {},
): Promise<void> {
  await client.createTopics([{ name, partitions: 1, replicationFactor: 1, configs }])
}

/** Waits until the application has committed all that lies in a topic of one partition. */
async function caughtUp(harness: AppHarness, name: string, app: KafkaStreams<Tables>): Promise<void> {
  const partition = { topic: name, partition: 0 }
  const [end] = await harness.client.listOffsets([partition], 'latest', 'read_uncommitted')
  await until(async () => {
    const [committed] = await harness.client.committedOffsets(harness.name, [partition])
    return committed?.offset === end!.offset
  }, app)
}

async function keysIn(harness: AppHarness, name: string): Promise<readonly string[]> {
  const keys: string[] = []
  await readCommitted(harness.client, partitionsOf(name, 1), (_, { key }) =>
    keys.push(string.deserialize(key!)),
  )
  return keys
}

function noting(): {
  readonly failures: ProductionFailure[]
  handler(failure: ProductionFailure): 'continue'
} {
  const failures: ProductionFailure[] = []
  return {
    failures,
    handler: (failure) => {
      failures.push(failure)
      return 'continue'
    },
  }
}

test('records without a key, in the far future and too large: each is refused alone, and nothing is aborted', async () => {
  const harness = await openHarness()
  const input = topic(`${harness.name}-in`, { key: string, value: string })
  const output = topic(`${harness.name}-out`, { key: string, value: string })
  await create(harness, input.name)
  await create(harness, output.name, {
    'cleanup.policy': 'compact',
    'max.message.bytes': '100000',
    [isBefore(kafkaVersion, '3.6')
      ? 'message.timestamp.difference.max.ms'
      : 'message.timestamp.after.max.ms']: '3600000',
  })
  const future = Date.now() + 10 * 3_600_000
  const built = topology(import.meta.url, (b) => {
    b.stream(input)
      .process(
        {
          process(record) {
            if (record.value === 'none') return { ...record, key: null as unknown as string }
            if (record.value === 'future') return { ...record, timestamp: future }
            return record
          },
        },
        { key: string, value: string },
      )
      .to(output, { name: 'sink' })
    return {}
  })
  const values = Array.from({ length: 2000 }, (_, i) =>
    i % 500 === 100 ? 'none' : i % 500 === 200 ? 'future' : i % 500 === 300 ? 'L'.repeat(120_000) : 'good',
  )
  const { failures, handler } = noting()
  const app = harness.app('only', built, { productionHandler: handler })
  const aborted: unknown[] = []
  app.on('aborted', (event) => aborted.push(event))
  let dropped = 0
  app.on('dropped', ({ count }) => {
    dropped += count
  })
  for (let from = 0; from < values.length; from += 200)
    await harness.send(
      input.name,
      values.slice(from, from + 200).map((value, i) => ({
        key: utf8(`${from + i}`),
        value: utf8(value),
        timestamp: Date.now(),
      })),
      1,
    )
  await app.start()
  await caughtUp(harness, input.name, app)
  await app.close()
  const good = values.flatMap((value, i) => (value === 'good' ? [`${i}`] : []))
  expect(await keysIn(harness, output.name)).toEqual(good)
  expect([dropped, aborted]).toEqual([12, []])
  // Several to blame in one batch have one code for all: INVALID_RECORD.
  const asked = failures.map(({ source, error }) =>
    `${source!.offset} ${kafkaErrorOf(error)}`.replace('_TIMESTAMP', '_RECORD'),
  )
  const expected = [0, 500, 1000, 1500].flatMap((at) => [
    `${at + 100} INVALID_RECORD`,
    `${at + 200} INVALID_RECORD`,
    `${at + 300} MESSAGE_TOO_LARGE`,
  ])
  expect(asked.toSorted()).toEqual(expected.toSorted())
})

test('a changelog record that the broker refuses: the handler hears whose it is, and the rest is written', async () => {
  const harness = await openHarness()
  const input = topic(`${harness.name}-in`, { key: string, value: string })
  await create(harness, input.name)
  const built = topology(import.meta.url, (b) => {
    const last = b
      .stream(input)
      .groupByKey()
      .reduce((_old, value) => value, {
        store: { name: 'last', topicConfig: { 'max.message.bytes': '10000' } },
      })
    return { last }
  })
  const { failures, handler } = noting()
  const app = harness.app('only', built, { productionHandler: handler })
  await app.start()
  const large = 'x'.repeat(20_000)
  const records = ['a', 'b', 'c'].map((key) => ({
    key: utf8(key),
    value: utf8(key === 'b' ? large : key),
    timestamp: Date.now(),
  }))
  await harness.send(input.name, records, 1)
  await caughtUp(harness, input.name, app)
  expect((await app.store('last').get('b'))?.length).toBe(20_000)
  await app.close()
  expect(
    failures.map(({ node, store, topic: name, error }) => [node, store, name, kafkaErrorOf(error)]),
  ).toEqual([['last', 'last', `${harness.name}-last-changelog`, 'MESSAGE_TOO_LARGE']])
  expect(await keysIn(harness, `${harness.name}-last-changelog`)).toEqual(['a', 'c'])
})

test('fail: the application ends with the node named, and its transaction is ended', async () => {
  const harness = await openHarness()
  const input = topic(`${harness.name}-in`, { key: string, value: string })
  const output = topic(`${harness.name}-out`, { key: string, value: string })
  await create(harness, input.name)
  await create(harness, output.name, { 'max.message.bytes': '1000' })
  const built = topology(import.meta.url, (b) => {
    b.stream(input).to(output, { name: 'sink' })
    return {}
  })
  const app = harness.app('only', built)
  await app.start()
  const records = ['a', 'b'].map((key) => ({
    key: utf8(key),
    value: utf8(key === 'b' ? 'x'.repeat(2000) : key),
    timestamp: Date.now(),
  }))
  await harness.send(input.name, records, 1)
  expect(await app.ended()).toMatchObject({
    code: 'record-too-large',
    details: { node: 'sink', kafkaError: 'MESSAGE_TOO_LARGE' },
  })
  expect(await keysIn(harness, output.name)).toEqual([])
})

test('values of several megabytes go through topics, store, changelog and a restore elsewhere', async () => {
  const harness = await openHarness()
  const configs = { 'max.message.bytes': String(8 * megabyte) }
  const input = topic(`${harness.name}-in`, { key: string, value: bytes })
  const output = topic(`${harness.name}-out`, { key: string, value: bytes })
  for (const { name } of [input, output]) await create(harness, name, configs)
  const built = topology(import.meta.url, (b) => {
    const last = b
      .stream(input)
      .groupByKey()
      .reduce((_old, value) => value, { store: { name: 'last', topicConfig: configs } })
    last.toStream().to(output)
    return { last }
  })
  const options = { maxRecordBytes: 8 * megabyte }
  const app = harness.app('one', built, options)
  await app.start()
  for (const [key, size, byte] of [
    ['a', 5, 1],
    ['b', 3, 2],
    ['a', 6, 3],
  ] as const) {
    const value = new Uint8Array(size * megabyte).fill(byte)
    await harness.send(input.name, [{ key: utf8(key), value, timestamp: Date.now() }], 1)
  }
  await caughtUp(harness, input.name, app)
  await app.close()
  const sizes = new Map<string, number>()
  await readCommitted(harness.client, partitionsOf(output.name, 1), (_, { key, value }) =>
    sizes.set(string.deserialize(key!), value!.length / megabyte),
  )
  expect(Object.fromEntries(sizes)).toEqual({ a: 6, b: 3 })
  const elsewhere = harness.app('two', built, options)
  await elsewhere.start()
  const restored = await elsewhere.store('last').get('a')
  expect([restored?.length, restored?.[0], restored?.at(-1)]).toEqual([6 * megabyte, 3, 3])
})

function kafkaErrorOf(error: unknown): unknown {
  return (error as { details?: Record<string, unknown> }).details?.['kafkaError']
}
