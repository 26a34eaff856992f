import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { utf8, utf8Text } from '../../../src/core/bytes.ts'
import { Hooks } from '../../../src/core/hooks.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { type ResolvedOptions, resolveOptions, type StreamsOptions } from '../../../src/core/options.ts'
import { systemClock } from '../../../src/core/time/clock.ts'
import { keyValueStore } from '../../../src/dsl/stores.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { type Topology, topology } from '../../../src/dsl/topology.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import { openLmdbStore } from '../../../src/store/lmdb-store.ts'
import { StateDirectory } from '../../../src/store/state-directory.ts'
import type { ReadOnlyKeyValueStore, ValueAndTimestamp } from '../../../src/store/state-stores.ts'
import { GlobalReader } from '../../../src/task/global-reader.ts'
import { GlobalState } from '../../../src/task/global-state.ts'
import { EmbeddedKafka } from '../../../src/testing/embedded-kafka.ts'
import { until } from '../app/harness.ts'
import { temporaryDirectory } from '../store/temporary-directory.ts'

const prices = topic('prices', { key: string, value: long })
const dead = topic('dead', { key: string, value: string })

/** What the processor of the global store met. */
const met: string[] = []
afterEach(() => {
  met.length = 0
})

const seen = keyValueStore('seen', { key: string, value: long })

const global = topology(import.meta.url, (b) => {
  b.globalTable(prices, { store: { name: 'prices-store' } })
  b.globalTable(topic('empty', { key: string, value: long }), { store: { name: 'empty-store' } })
  return {}
})

const withProcessor = topology(import.meta.url, (b) => {
  b.addGlobalStore(seen, prices, {
    process: ({ key, value }, context) => {
      met.push(`${key}=${value}`)
      context.store(seen).put(key, value)
    },
  })
  return {}
})

class Place {
  readonly kafka = new EmbeddedKafka()
  readonly client = this.kafka.createClient({ clock: systemClock, logger: silentLogger, hooks: new Hooks() })
  readonly stateDir = temporaryDirectory()
  readonly hooks = new Hooks()
  readonly #open: GlobalState[] = []

  options(options: Partial<StreamsOptions> = {}): ResolvedOptions {
    return resolveOptions({ applicationId: 'app', stateDir: this.stateDir, logger: silentLogger, ...options })
  }

  async start(
    built: Topology = global,
    options: Partial<StreamsOptions> = {},
    onDisk = true,
  ): Promise<GlobalState> {
    const resolved = this.options(options)
    const state = await GlobalState.open(
      {
        stores: built.plan.globalStores,
        onDisk,
        options: resolved,
        client: this.client,
        directory: StateDirectory.share(resolved),
        clock: systemClock,
        hooks: this.hooks,
        logger: silentLogger,
      },
      () => false,
    )
    this.#open.push(state)
    return state
  }

  reader(built: Topology = global): GlobalReader {
    const options = this.options()
    return new GlobalReader({
      plan: built.plan,
      options,
      directory: StateDirectory.share(options),
      clock: systemClock,
    })
  }

  async send(...entries: readonly (readonly [string, number | null])[]): Promise<void> {
    await this.kafka.send(
      prices,
      entries.map(([key, value]) => ({ key, value, timestamp: 0 })),
    )
  }

  async close(): Promise<void> {
    for (const state of this.#open) await state.close()
    await this.client.close()
    await this.kafka[Symbol.asyncDispose]()
  }
}

async function openPlace(): Promise<Place> {
  const place = new Place()
  onTestFinished(() => place.close())
  await StateDirectory.open({ stateDir: place.stateDir, applicationId: 'app' }).then((directory) =>
    directory[Symbol.asyncDispose](),
  )
  await place.kafka.createTopics(3, prices, { name: 'empty' })
  await place.kafka.createTopics(1, dead)
  return place
}

function pricesIn({ typed }: Pick<GlobalState, 'typed'>, name = 'prices-store'): Record<string, number> {
  const store = typed.get(name) as ReadOnlyKeyValueStore<string, ValueAndTimestamp<number>>
  return Object.fromEntries(Array.from(store.all(), ({ key, value }) => [key, value.value]))
}

test('is whole before it is open, and follows its topic, in memory and on disk', async () => {
  const place = await openPlace()
  await place.send(['a', 1], ['b', 2], ['c', 3], ['b', null])
  for (const onDisk of [false, true]) {
    const state = await place.start(global, {}, onDisk)
    expect(pricesIn(state)).toEqual(onDisk ? { a: 1, c: 4, d: 5 } : { a: 1, c: 3 })
    if (!onDisk) {
      const following = state.follow()
      await place.send(['c', 4], ['d', 5])
      await until(() => pricesIn(state)['d'] === 5 && pricesIn(state)['c'] === 4)
      await state.close()
      await following
    }
  }
})

test('a restart reads only what came since', async () => {
  const place = await openPlace()
  await place.send(['a', 1], ['b', 2])
  const first = await place.start(withProcessor)
  expect(met.toSorted()).toEqual(['a=1', 'b=2'])
  await first.close()
  await place.send(['c', 3])
  const second = await place.start(withProcessor)
  expect(met.splice(0).toSorted()).toEqual(['a=1', 'b=2', 'c=3'])
  const rows = second.storeSizes()
  expect(rows).toMatchObject([{ task: 'global', store: 'seen', rows: 3, dirtyBytes: 0 }])
  expect(rows[0]!.diskBytes).toBe(4096)
})

test('who reads it elsewhere sees each write, and cannot write', async () => {
  const place = await openPlace()
  await place.send(['a', 1])
  const state = await place.start()
  const following = state.follow()
  const reader = place.reader()
  expect(pricesIn(reader)).toEqual({ a: 1 })
  expect(pricesIn(reader, 'empty-store')).toEqual({})
  await place.send(['a', 2], ['b', 3])
  await until(() => pricesIn(reader)['a'] === 2 && pricesIn(reader)['b'] === 3)
  await reader.close()
  const disk = openLmdbStore(join(place.stateDir, 'app', 'global'), { mapSizeBytes: 2 ** 30, readOnly: true })
  await expect(disk.write([])).rejects.toMatchObject({ code: 'internal' })
  await disk.close()
  await state.close()
  await following
})

test('rows of another store, or of a topic that was made anew, are set aside', async () => {
  const place = await openPlace()
  await place.send(['a', 1])
  await (await place.start()).close()
  const told: string[] = []
  place.hooks.on('stateSetAside', ({ task, reason }) => told.push(`${task}: ${reason}`))
  const state = await place.start(withProcessor)
  expect(told).toEqual(['global: store seen/0: the checkpoint does not hold it'])
  expect(met).toEqual(['a=1'])
  await state.close()
})

test('dead letters are written before the offsets pass them, and only once', async () => {
  const place = await openPlace()
  const bad = topic('prices', { key: string, value: string })
  await place.send(['a', 1])
  await place.kafka.send(bad, [{ key: 'b', value: 'no number', timestamp: 7 }])
  const dropped: object[] = []
  place.hooks.on('dropped', (facts) => dropped.push(facts))
  const options = { deserializationHandler: 'continue', deadLetterTopic: dead.name } as const
  const state = await place.start(global, options)
  expect(pricesIn(state)).toEqual({ a: 1 })
  expect(dropped).toEqual([
    { task: 'global prices-store', node: 'KSTREAM-SOURCE-0000000000', reason: 'deserialization', count: 1 },
  ])
  await state.close()
  await (await place.start(global, options)).close()
  const letters = await place.kafka.read(dead)
  expect(letters.map(({ key, value, timestamp }) => [key, value, timestamp])).toEqual([['b', 'no number', 7]])
  const headers = new Map(letters[0]!.headers.map(({ key, value }) => [key, value && utf8Text(value)]))
  expect(headers.get('__streams.errors.topic')).toBe('prices')
})

test('a dead letter topic that does not exist ends it, and the record is met again', async () => {
  const place = await openPlace()
  await place.kafka.send(topic('prices', { key: string, value: string }), [{ key: 'b', value: 'no' }])
  const letter = { topic: 'nowhere', key: utf8('k'), value: null, timestamp: 1, headers: [] }
  const deserializationHandler = () => ({ result: 'continue' as const, deadLetters: [letter] })
  for (const _ of [1, 2])
    await expect(place.start(global, { deserializationHandler })).rejects.toMatchObject({
      code: 'topic-missing',
    })
})

test('a bad record with "fail" ends it, before and after it is open, and nothing past it is kept', async () => {
  const place = await openPlace()
  const bad = topic('prices', { key: string, value: string })
  await place.send(['a', 1])
  const state = await place.start()
  const following = state.follow()
  await place.kafka.send(bad, [{ key: 'b', value: 'no number' }])
  await expect(following).rejects.toMatchObject({ code: 'deserialization' })
  await state.close()
  await expect(place.start()).rejects.toMatchObject({ code: 'deserialization' })
})
