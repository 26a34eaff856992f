import { describe, expect, test } from 'vitest'
import type { HookEvents } from '../../../src/core/hooks.ts'
import { keyValueStore } from '../../../src/dsl/stores.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { session, tumbling } from '../../../src/dsl/windows.ts'
import { bytes, long, string } from '../../../src/serde/scalars.ts'
import { sessionWindowed, timeWindowed } from '../../../src/serde/windowed.ts'
import { type Harness, openHarness } from './harness.ts'

const input = topic('input', { key: string, value: string })
const blobs = topic('blobs', { key: string, value: bytes })
const megabyte = 2 ** 20

function restoredIn(app: {
  on(event: 'restored', run: (facts: HookEvents['restored']) => void): unknown
}): number[] {
  const records: number[] = []
  app.on('restored', (facts) => records.push(facts.records))
  return records
}

describe('keys longer than LMDB takes, and the shortest', () => {
  const prefix = 'p'.repeat(2990)
  // 1978 is LMDB's limit; the last ones differ where it does not look any more.
  const keys = [
    '',
    'a',
    'k'.repeat(1977),
    'k'.repeat(1978),
    'k'.repeat(1979),
    `${prefix}b`,
    `${prefix}a`,
    prefix,
  ]

  const counts = topic('counts', { key: string, value: long })
  const windows = topic('windows', { key: timeWindowed(string, '1m'), value: long })
  const sessions = topic('sessions', { key: sessionWindowed(string), value: long })
  const counted = topology(import.meta.url, (b) => {
    const count = b
      .stream(input)
      .groupByKey()
      .count({ store: { name: 'count' } })
    count.toStream().to(counts)
    return { count }
  })
  const windowed = topology(import.meta.url, (b) => {
    b.stream(input)
      .groupByKey()
      .windowedBy(tumbling('1m'))
      .count({ store: { name: 'w' } })
      .toStream()
      .to(windows)
  })
  const inSessions = topology(import.meta.url, (b) => {
    b.stream(input)
      .groupByKey()
      .windowedBy(session('1m'))
      .count({ store: { name: 's' } })
      .toStream()
      .to(sessions)
  })

  test.each([
    ['key-value', 'auto', counted, counts],
    ['key-value', 'off', counted, counts],
    ['windows', 'auto', windowed, windows],
    ['windows', 'off', windowed, windows],
    ['sessions', 'off', inSessions, sessions],
  ] as const)('%s, kernel %s: read back from disk after a restart', async (_what, kernel, built, output) => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, input, output)
    const records = keys.map((key) => ({ key, value: 'v', timestamp: 5 }))
    for (const round of [1, 2]) {
      await harness.kafka.send(input, records)
      const app = harness.app(built, { kernel, cacheMaxBytes: 0 })
      const restored = restoredIn(app)
      await app.start()
      await harness.caughtUp(app, input)
      await app.close()
      if (round === 2) expect(restored).toEqual([0])
    }
    const latest = new Map<string, number>()
    for (const { key, value } of await harness.log(output.name))
      if (value !== null) latest.set(key!, Number.parseInt(value, 16))
    expect([...latest.values()]).toEqual(keys.map(() => 2))
  })

  test('a range has them in the order of their bytes', async () => {
    const harness = openHarness()
    const store = keyValueStore('all', { key: string, value: string })
    const listed = topic('listed', { key: string, value: string })
    const listing = topology(import.meta.url, (b) => {
      b.stream(input)
        .process(
          {
            process({ key, value, ...record }, context) {
              const all = context.store(store)
              if (value !== 'list') all.put(key, value)
              const found = value === 'list' ? [...all.range({ from: '', to: `${prefix}b` })] : []
              return found.map((each) => ({ ...record, key: each.key, value }))
            },
          },
          { stores: [store], key: string, value: string },
        )
        .to(listed)
    })
    await harness.kafka.createTopics(1, input, listed)
    await harness.kafka.send(
      input,
      keys.map((key) => ({ key, value: 'v' })),
    )
    const one = await harness.started(listing)
    await harness.caughtUp(one, input)
    await one.close()
    await harness.kafka.send(input, [{ key: 'x', value: 'list' }])
    const two = await harness.started(listing)
    await harness.caughtUp(two, input)
    await two.close()
    expect((await harness.kafka.read(listed)).map(({ key }) => key)).toEqual(keys.toSorted())
  })
})

describe('values of several megabytes', () => {
  const configs = { 'max.message.bytes': String(8 * megabyte) }
  const kept = topic('kept', { key: string, value: bytes })
  const sizes = topic('sizes', { key: string, value: long })
  const last = topology(import.meta.url, (b) => {
    const table = b
      .stream(blobs)
      .groupByKey()
      .reduce((_old, value) => value, { store: { name: 'last', topicConfig: configs } })
    table.toStream().to(kept)
    return { last: table }
  })
  const counted = topology(import.meta.url, (b) => {
    const table = b
      .stream(blobs)
      .groupByKey()
      .count({ store: { name: 'last', caching: false, topicConfig: configs } })
    table.toStream().to(sizes)
    return { last: table }
  })

  async function harnessFor(): Promise<Harness> {
    const harness = openHarness()
    await harness.client.createTopics(
      [blobs, kept, sizes].map(({ name }) => ({ name, partitions: 1, replicationFactor: 1, configs })),
    )
    return harness
  }

  function blob(byte: number, size: number): Uint8Array {
    return new Uint8Array(size).fill(byte)
  }

  const options = { maxRecordBytes: 8 * megabyte, commitInterval: 10 } as const

  test('go through topics, stores, changelogs and a restore elsewhere', async () => {
    const harness = await harnessFor()
    for (const [key, byte, size] of [
      ['a', 1, 5 * megabyte],
      ['small', 2, 10],
      ['b', 3, 3 * megabyte],
      ['a', 4, 6 * megabyte],
    ] as const)
      await harness.kafka.send(blobs, [{ key, value: blob(byte, size) }])
    const app = await harness.started(last, options)
    await harness.caughtUp(app, blobs)
    await app.close()
    const elsewhere = await harness.started(last, { ...options, stateDir: `${harness.stateDir}/other` })
    const shapes = async (store: { get(key: string): Promise<Uint8Array | undefined> }, key: string) => {
      const value = await store.get(key)
      return value && [value.length, value[0], value.at(-1)]
    }
    const store = elsewhere.store('last')
    expect(await shapes(store, 'a')).toEqual([6 * megabyte, 4, 4])
    expect(await shapes(store, 'b')).toEqual([3 * megabyte, 3, 3])
    expect(await shapes(store, 'small')).toEqual([10, 2, 2])
    const output = await harness.kafka.read(kept)
    expect(output.at(-1)?.value?.length).toBe(6 * megabyte)
  })

  test.each(['auto', 'off'] as const)('are counted, kernel %s', async (kernel) => {
    const harness = await harnessFor()
    for (let i = 0; i < 3; i++) await harness.kafka.send(blobs, [{ key: 'k', value: blob(i, 5 * megabyte) }])
    const app = await harness.started(counted, { ...options, kernel })
    await harness.caughtUp(app, blobs)
    expect(await app.store('last').get('k')).toBe(3)
  })

  test('above maxRecordBytes they are not written, and the error names sink and sizes', async () => {
    const harness = await harnessFor()
    await harness.kafka.send(blobs, [{ key: 'a', value: blob(1, 2 * megabyte) }])
    const app = harness.app(last)
    await app.start()
    expect(await app.ended()).toMatchObject({
      code: 'record-too-large',
      message: expect.stringMatching(
        /^(KSTREAM-SINK-\d+|last): a record of \d+ bytes is too large for topic '.*': maxRecordBytes is 1048576$/,
      ),
    })
    expect(await harness.kafka.read(kept)).toEqual([])
  })
})
