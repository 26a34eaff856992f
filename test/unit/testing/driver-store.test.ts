import { expect, test } from 'vitest'
import { keyValueStore } from '../../../src/dsl/stores.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { session, tumbling } from '../../../src/dsl/windows.ts'
import { string } from '../../../src/serde/scalars.ts'
import type {
  KeyValueStore,
  ReadOnlyKeyValueStore,
  SessionStore,
  ValueAndTimestamp,
  WindowStore,
} from '../../../src/store/state-stores.ts'
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.ts'
import { counts, text } from '../dsl/topics.ts'

const seen = keyValueStore('seen', { key: string, value: string })
const stored = topology(import.meta.url, (b) => {
  const stream = b.stream(text)
  stream.processValues(
    {
      process({ key, value }, context) {
        context.store(seen).put(key, value)
        return undefined
      },
    },
    { stores: [seen] },
  )
  const grouped = stream.groupByKey()
  return {
    totals: grouped.count(),
    windows: grouped.windowedBy(tumbling(10)).count(),
    sessions: grouped.windowedBy(session(10)).count(),
    names: b.globalTable(counts),
  }
})

test('stores are found by their token, their table or their name, as what they are', () => {
  using driver = new TopologyTestDriver(stored)
  driver.input(text).pipe('ann', 'x', { timestamp: 25 })
  driver.input(counts).pipe('bob', 7)
  const { totals, windows, sessions, names } = driver.tables
  expect(driver.store(seen).get('ann')).toBe('x')
  const counted: KeyValueStore<string, ValueAndTimestamp<number>> = driver.store(totals)
  expect(counted.get('ann')).toEqual({ value: 1, timestamp: 25 })
  const windowed: WindowStore<string, ValueAndTimestamp<number>> = driver.store(windows)
  expect(windowed.get('ann', 20)).toEqual({ value: 1, timestamp: 25 })
  const ofSession: SessionStore<string, number> = driver.store(sessions)
  expect(ofSession.fetchSession('ann', 25, 25)).toBe(1)
  const global: ReadOnlyKeyValueStore<string, ValueAndTimestamp<number>> = driver.store(names)
  expect(global.get('bob')?.value).toBe(7)
  expect(driver.store('seen')).toBe(driver.store(seen))
  expect(driver.store(totals.store.name)).toBe(counted)
})

test('a store that is not there', () => {
  using driver = new TopologyTestDriver(stored)
  const unknown = expect.objectContaining({ code: 'store-unknown' })
  expect(() => driver.store('other')).toThrow(unknown)
  expect(() => driver.store(seen, 1)).toThrow(unknown)
  expect(() => driver.store(keyValueStore('other', { key: string, value: string }))).toThrow(unknown)
})
