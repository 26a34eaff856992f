import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { utf8, utf8Text } from '../../../src/core/bytes.ts'
import { customStore } from '../../../src/dsl/custom-store.ts'
import type { FixedKeyProcessor } from '../../../src/dsl/process.ts'
import { keyValueStore } from '../../../src/dsl/stores.ts'
import { topology } from '../../../src/dsl/topology.ts'
import type { Processor } from '../../../src/plan/processor-spec.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import type { CustomStoreContext, LoggedStore } from '../../../src/store/custom-store.ts'
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.ts'
import { adding, heapLeaders, leader, leading, processing, rowLeaders, scores, wired } from './leaders.ts'

const changelog = 'test-leaders-changelog'

function logged(driver: TopologyTestDriver, topic: string = changelog) {
  return driver
    .produced(topic)
    .map(({ key, value, timestamp }) => [key && utf8Text(key), value && utf8Text(value), timestamp])
}

describe.each([
  ['in the heap', heapLeaders()],
  ['in rows', rowLeaders()],
] as const)('%s', (_, store) => {
  test('a processor has its own store, and what that logs is its changelog', () => {
    using driver = new TopologyTestDriver(leading(store))
    const input = driver.input(scores)
    input.pipe('ann', 1, { timestamp: 10 })
    input.pipe('bob', 2, { timestamp: 20 })
    input.pipe('ann', 2, { timestamp: 15 })
    expect(driver.output(leader).readPairs()).toEqual([
      ['ann', 'ann 1'],
      ['bob', 'bob 2, ann 1'],
      ['ann', 'ann 3, bob 2'],
    ])
    expect(logged(driver)).toEqual([
      ['ann', '1', 10],
      ['bob', '2', 20],
      ['ann', '3', 15],
    ])
    expect(driver.store(store).table).toBe('ann 3, bob 2')
    expect(driver.stores().get('leaders')).toMatchObject({ kind: 'custom', name: 'leaders' })
  })

  test('coalesced, the last record of a key is logged at a commit', () => {
    using driver = new TopologyTestDriver(leading(store), { changelog: 'as-declared', commit: 'manual' })
    const input = driver.input(scores)
    input.pipe('bob', 1, { timestamp: 1 })
    input.pipe('ann', 1, { timestamp: 2 })
    input.pipe('bob', 1, { timestamp: 3 })
    expect(logged(driver)).toEqual([])
    driver.commit()
    driver.commit()
    expect(logged(driver)).toEqual([
      ['bob', '2', 3],
      ['ann', '1', 2],
    ])
  })

  test('it works in the DSL, in each task', () => {
    const built = topology(import.meta.url, (b) => {
      b.stream(scores)
        .process(adding(store), { stores: [store], key: string, value: string })
        .to(leader)
      return undefined
    })
    using driver = new TopologyTestDriver(built, { partitions: 2 })
    for (const player of ['ann', 'bob', 'cid', 'dan']) driver.input(scores).pipe(player, 1)
    const tables = [0, 1].map((partition) => driver.store(store, partition).table.split(', '))
    expect(tables.flat().sort()).toEqual(['ann 1', 'bob 1', 'cid 1', 'dan 1'])
    expect(tables.every((table) => table[0] !== '')).toBe(true)
  })
})

test('it knows its task and the record being processed', () => {
  const seen: unknown[] = []
  class Watching implements LoggedStore {
    readonly #context: CustomStoreContext

    constructor(context: CustomStoreContext) {
      this.#context = context
      const { name, applicationId, taskId, partition } = context
      seen.push({ name, applicationId, taskId, partition })
    }

    look(): void {
      const { metadata, timestamp, headers } = this.#context.record
      seen.push({ ...metadata, timestamp, headers })
      this.#context.log(utf8('k'), null, 7, headers)
    }

    restore(): void {}
  }
  const store = customStore('watching', { build: (context) => new Watching(context) })
  using driver = new TopologyTestDriver(
    processing(store, (watching) => watching.look()),
    { applicationId: 'app', partitions: 2 },
  )
  driver.input(scores).pipe('ann', 1, { timestamp: 5, headers: { h: 'x' } })
  const headers = [{ key: 'h', value: utf8('x') }]
  expect(seen).toEqual([
    { name: 'watching', applicationId: 'app', taskId: '0_0', partition: 0 },
    { name: 'watching', applicationId: 'app', taskId: '0_1', partition: 1 },
    { topic: 'scores', partition: expect.any(Number), offset: 0, timestamp: 5, headers },
  ])
  expect(driver.produced('app-watching-changelog')).toMatchObject([{ value: null, timestamp: 7, headers }])
})

test('flush comes at each commit in the order of the stores, and may log; close comes once, last', () => {
  const calls: string[] = []
  const noting = (name: string) =>
    customStore(name, {
      build: (context) => ({
        flush() {
          calls.push(`flush ${name}`)
          context.log(utf8(name), utf8('x'))
        },
        close() {
          calls.push(`close ${name}`)
        },
        restore() {},
      }),
    })
  const [b, a] = [noting('b'), noting('a')]
  const built = wired((t) => {
    t.addSource('S', scores)
      .addProcessor(
        'P',
        { process: () => undefined, close: () => void calls.push('close P') },
        { parents: 'S' },
      )
      .addStateStore(b, 'P')
      .addStateStore(a, 'P')
  })
  const driver = new TopologyTestDriver(built, { changelog: 'as-declared' })
  driver.input(scores).pipe('k', 1, { timestamp: 3 })
  expect(built.plan.stores.map(({ name }) => name)).toEqual(['a', 'b'])
  expect(calls).toEqual(['flush a', 'flush b'])
  expect(logged(driver, 'test-b-changelog')).toEqual([['b', 'x', 3]])
  driver.close()
  driver.close()
  // Processors are told as often as the driver is; stores once.
  expect(calls.slice(2)).toEqual(['close P', 'close a', 'close b', 'close P'])
})

test('a directory of its own is empty at first and gone at the end', () => {
  const found: string[][] = []
  const paths: string[] = []
  const store = customStore('files', {
    build: (context) => {
      const path = context.directory()
      paths.push(path)
      found.push(readdirSync(path))
      writeFileSync(join(path, 'data'), 'x')
      expect(context.directory()).toBe(path)
      expect(readdirSync(path)).toEqual(['data'])
      return { restore() {} }
    },
  })
  for (let round = 0; round < 2; round++) {
    using driver = new TopologyTestDriver(processing(store, () => {}))
    driver.input(scores).pipe('a', 1)
    expect(existsSync(paths.at(-1)!)).toBe(true)
  }
  expect(found).toEqual([[], []])
  expect(paths.map((path) => path.endsWith(join('0_0', 'stores', 'files')))).toEqual([true, true])
  expect(paths.map((path) => existsSync(path))).toEqual([false, false])
})

test('without a changelog it logs nothing, and need not be restorable', () => {
  const map = customStore('map', {
    changelog: 'off',
    build: ({ log }) => {
      const counts = new Map<number, number>()
      return {
        counts,
        add(value: number): void {
          counts.set(value, (counts.get(value) ?? 0) + 1)
          log(utf8(String(value)), null)
        },
      }
    },
  })
  using driver = new TopologyTestDriver(processing(map, (store, value) => store.add(value)))
  for (const value of [1, 2, 1]) driver.input(scores).pipe('a', value)
  expect([...driver.store(map).counts]).toEqual([
    [1, 2],
    [2, 1],
  ])
  expect(driver.producedTopics).toEqual([])
})

test('a global store of the application, filled by its processor', () => {
  const store = heapLeaders()
  const built = topology(import.meta.url, (b) => {
    b.addGlobalStore(store, scores, {
      process(record, context) {
        context.store(store).add(record.key, record.value)
        return undefined
      },
    })
    const telling: FixedKeyProcessor<string, string, string> = {
      process: (record, context) => ({ ...record, value: context.store(store).table }),
    }
    b.stream(leader).processValues(telling, { value: string }).to(leader2)
    return undefined
  })
  using driver = new TopologyTestDriver(built)
  driver.input(scores).pipe('ann', 2)
  driver.input(leader).pipe('who', '?')
  expect(driver.output(leader2).readPairs()).toEqual([['who', 'ann 2']])
  expect(driver.producedTopics).toEqual(['leader2'])
})

const leader2 = { ...leader, name: 'leader2' }

test('it stands beside built-in stores', () => {
  const own = heapLeaders()
  const counts = keyValueStore('counts', { key: string, value: long })
  const both = wired((t) => {
    t.addSource('S', scores).addProcessor(
      'P',
      {
        process(record, context) {
          context.store(counts).put(record.key, record.value)
          context.store(own).add(record.key, record.value)
          return undefined
        },
      } satisfies Processor<string, number, string, string>,
      { parents: 'S', stores: [counts, own] },
    )
  })
  using driver = new TopologyTestDriver(both)
  driver.input(scores).pipe('ann', 4)
  expect([driver.store(counts).get('ann'), driver.store(own).table]).toEqual([4, 'ann 4'])
  expect(driver.producedTopics).toEqual(['test-counts-changelog', changelog])
})
