import { expect, test } from 'vitest'
import { topic } from '../../../src/dsl/topic.ts'
import { type Tables, type Topology, topology } from '../../../src/dsl/topology.ts'
import { session } from '../../../src/dsl/windows.ts'
import {
  type ChangesFrom,
  type FollowedStore,
  followStore,
  type StoreChange,
} from '../../../src/query/store-changes.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import { applicationId, type Harness, openHarness } from '../app/harness.ts'
import { noon } from '../app/topologies.ts'

const amounts = topic('amounts', { key: string, value: long })

const sessions = topology(import.meta.url, (b) => {
  const visits = b.stream(amounts).groupByKey().windowedBy(session('1m'))
  return { visits: visits.count({ store: { name: 'visits-store', changelog: 'each', caching: false } }) }
})

const unlogged = topology(import.meta.url, (b) => {
  return {
    sums: b
      .stream(amounts)
      .groupByKey()
      .count({ store: { name: 'sums-store', changelog: 'off' } }),
  }
})

const global = topology(import.meta.url, (b) => ({ amounts: b.globalTable(amounts) }))

function storeOf({ plan, tables }: Topology<Tables>, table: string): Followed {
  return { plan, store: tables[table]!.store }
}

type Followed = Pick<FollowedStore, 'plan' | 'store'>

const begin = new Map([[0, 0]])

/** The first so many changes. */
async function changes(
  harness: Harness,
  followed: Followed,
  from: Partial<ChangesFrom>,
  count: number,
): Promise<readonly StoreChange[]> {
  const { signal } = new AbortController()
  const { client } = harness
  const feed = await followStore(
    { client, applicationId, ...followed },
    { key: undefined, positions: begin, signal, ...from },
  )
  const found: StoreChange[] = []
  for await (const change of feed) if (found.push(change) === count) break
  return found
}

test('sessions are told with their bounds, and deleted where they are merged', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, amounts)
  await harness.kafka.send(amounts, [
    { key: 'ann', value: 1, timestamp: noon },
    { key: 'ann', value: 1, timestamp: noon + 30_000 },
  ])
  const app = await harness.started(sessions)
  await harness.caughtUp(app, amounts)
  expect(await changes(harness, storeOf(sessions, 'visits'), {}, 3)).toMatchObject([
    { key: 'ann', window: { start: noon, end: noon }, value: 1, timestamp: noon },
    { key: 'ann', window: { start: noon, end: noon }, value: null },
    { key: 'ann', window: { start: noon, end: noon + 30_000 }, value: 2 },
  ])
})

test('a global table is followed by its topic: records without a key are left out, offsets stay theirs', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, amounts)
  await harness.kafka.send(amounts, [
    { key: 'ann', value: 1, timestamp: 1 },
    { key: null, value: 5, timestamp: 2 } as never,
    { key: 'bob', value: 2, timestamp: 3 },
    { key: 'ann', value: null, timestamp: 4 } as never,
  ])
  const store = storeOf(global, 'amounts')
  expect(await changes(harness, store, {}, 3)).toEqual([
    { key: 'ann', value: 1, timestamp: 1, partition: 0, nextOffset: 1 },
    { key: 'bob', value: 2, timestamp: 3, partition: 0, nextOffset: 3 },
    { key: 'ann', value: null, timestamp: 4, partition: 0, nextOffset: 4 },
  ])
  expect(await changes(harness, store, { key: 'ann' }, 2)).toMatchObject([{ value: 1 }, { value: null }])
  expect(await changes(harness, store, { positions: new Map([[0, 3]]) }, 1)).toMatchObject([
    { nextOffset: 4 },
  ])
  // What is not in the log any more, or not in this one: from its beginning.
  expect(await changes(harness, store, { positions: new Map([[0, 99]]) }, 1)).toMatchObject([
    { nextOffset: 1 },
  ])
})

test('it begins at the end if nothing else is asked for, and ends with its signal', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, amounts)
  await harness.kafka.send(amounts, [{ key: 'ann', value: 1, timestamp: 1 }])
  const stop = new AbortController()
  const store = storeOf(global, 'amounts')
  const feed = await followStore(
    { client: harness.client, applicationId, ...store },
    { key: undefined, positions: new Map(), signal: stop.signal },
  )
  expect(feed.positions).toEqual(new Map([[0, 1]]))
  const next = feed[Symbol.asyncIterator]().next()
  stop.abort()
  expect(await next).toEqual({ done: true, value: undefined })
})

test('a store that logs nothing, and one whose topic is not there yet', async () => {
  const harness = openHarness()
  await expect(changes(harness, storeOf(unlogged, 'sums'), {}, 1)).rejects.toMatchObject({
    code: 'store-unknown',
  })
  await expect(changes(harness, storeOf(sessions, 'visits'), {}, 1)).rejects.toMatchObject({
    code: 'store-not-ready',
    message: "store 'visits-store' has no topic app-visits-store-changelog yet",
  })
})
