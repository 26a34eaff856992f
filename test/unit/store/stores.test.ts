import { describe, expect, test } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import type { StoreSpec } from '../../../src/plan/store-spec.ts'
import type { Cacheable } from '../../../src/store/flush-listener.ts'
import { MemoryStore } from '../../../src/store/memory-store.ts'
import type {
  JoinBuffer,
  KeyValueStore,
  SessionStore,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  WindowStore,
} from '../../../src/store/state-stores.ts'
import { base, restored, StoreRun } from '../../property/store-harness.ts'

const minute = 60_000
const windows = {
  ...base,
  kind: 'window',
  timestamped: true,
  windowSizeMs: 10,
  retentionMs: 2 * minute,
  segmentMs: minute,
  retainDuplicates: false,
} as const
const table = { ...base, kind: 'key-value', timestamped: true } as const

type Table = KeyValueStore<string, ValueAndTimestamp<string>> & Cacheable
type Windows = WindowStore<string, ValueAndTimestamp<string>> & Cacheable

function logOf({ log }: StoreRun<unknown>): string[] {
  return log.map(({ key, value, timestamp }) => `${hex(key)}=${value && hex(value)}@${timestamp}`)
}

describe('a key', () => {
  test.each<[string, StoreSpec, (store: never) => unknown]>([
    ['key-value', table, (store: Table) => store.get(null as never)],
    ['window', windows, (store: Windows) => store.put(null as never, null, 1)],
    [
      'session',
      { ...base, kind: 'session', retentionMs: 1, segmentMs: minute },
      (store: SessionStore<string, string>) => store.fetch(null as never),
    ],
    [
      'versioned',
      { ...base, kind: 'versioned', historyRetentionMs: 1, segmentMs: 1 },
      (store: VersionedKeyValueStore<string, string>) => store.get(null as never),
    ],
  ])('of a %s store is not null', (_, spec, use) => {
    expect(() => use(new StoreRun(spec).store as never)).toThrow(
      expect.objectContaining({ code: 'processing', message: "store 's': key cannot be null" }),
    )
  })

  test('range from a higher to a lower one is empty', () => {
    const { store } = new StoreRun<Table>(table)
    store.put('b', { value: 'x', timestamp: 1 })
    expect([...store.range({ from: 'c', to: 'a' })]).toEqual([])
  })
})

describe('flush listener', () => {
  const cached = { ...table, caching: true } as const
  const told = (run: StoreRun<Cacheable>, sendOldValues: boolean): unknown[] => {
    const calls: unknown[] = []
    const isCached = run.store.setFlushListener(
      (key, newValue, oldValue, timestamp) =>
        calls.push({ key, newValue, oldValue, timestamp, of: run.record.timestamp }),
      sendOldValues,
    )
    expect(isCached).toBe(true)
    return calls
  }

  test('a store without a cache has none', () => {
    expect(new StoreRun<Table>(table).store.setFlushListener(() => {}, true)).toBe(false)
    expect(new StoreRun<Table>(cached).store.setFlushListener(() => {}, true)).toBe(false)
  })

  test('is told the value, its time and what the store had, in the context of the record', () => {
    const run = new StoreRun<Table>(cached, { cacheMaxBytes: 1000 })
    const calls = told(run, true)
    run.at(10).store.put('a', { value: '1', timestamp: 7 })
    run.at(20).store.put('a', { value: '2', timestamp: 8 })
    run.at(30).commit()
    run.at(40).store.put('a', null)
    run.at(50).commit()
    expect(calls).toEqual([
      { key: 'a', newValue: '2', oldValue: null, timestamp: 8, of: 20 },
      { key: 'a', newValue: null, oldValue: '2', timestamp: 40, of: 40 },
    ])
    expect(run.record.timestamp).toBe(50)
    expect(logOf(run)).toEqual(['61=32@8', '61=null@40'])
  })

  test('old values are for those who ask; a key that came and went leaves no trace', () => {
    const run = new StoreRun<Windows>({ ...windows, caching: true }, { cacheMaxBytes: 1000 })
    const calls = told(run, false)
    run.at(1).store.put('a', { value: '1', timestamp: 1 }, 0)
    run.commit()
    run.at(2).store.put('a', { value: '2', timestamp: 2 }, 0)
    run.store.put('b', { value: '1', timestamp: 2 }, 0)
    run.store.put('b', null, 0)
    run.commit()
    const key = { key: 'a', window: { start: 0, end: 10 } }
    expect(calls).toEqual([
      { key, newValue: '1', oldValue: null, timestamp: 1, of: 1 },
      { key, newValue: '2', oldValue: null, timestamp: 2, of: 2 },
    ])
    expect(run.log).toHaveLength(2)
  })
})

describe('what a store refuses', () => {
  const put = (run: StoreRun<Windows>, start: number): void =>
    run.store.put('a', { value: 'x', timestamp: start }, start)

  test('is logged as Java does, but must not take the place of what it took', () => {
    for (const changelog of ['each', 'coalesced'] as const) {
      const run = new StoreRun<Windows>({ ...windows, changelog })
      put(run, 0)
      put(run, 10 * minute)
      put(run, 0)
      run.commit()
      expect(run.log).toHaveLength(changelog === 'each' ? 3 : 2)
    }
  })

  test('stays away after a restart too, although the newest row was deleted', async () => {
    const bytes = new MemoryStore()
    for (const spec of [windows, { ...windows, advanceMs: 10 }, { ...windows, plainRows: true }]) {
      const run = new StoreRun<Windows>(spec, { bytes })
      put(run, 10 * minute)
      run.store.put('a', null, 10 * minute)
      await run.checkpoint()
      const again = new StoreRun<Windows>(spec, { bytes })
      put(again, minute)
      expect(again.entries()).toEqual([])
    }
  })
})

test('a plain store in place of a timestamped one forgets the time, but logs it', () => {
  const run = new StoreRun<Table>({ ...table, plainRows: true })
  run.store.put('a', { value: '1', timestamp: 7 })
  expect(run.store.get('a')).toEqual({ value: '1', timestamp: -1 })
  expect(run.entries()).toEqual([{ key: 'a', value: '1', timestamp: -1 }])
  expect(logOf(run)).toEqual(['61=31@7'])
})

describe('after a restart, records of one key and time', () => {
  test('do not overwrite those from before in a window store', async () => {
    const spec = { ...windows, timestamped: false, retainDuplicates: true } as const
    const bytes = new MemoryStore()
    const run = new StoreRun<WindowStore<string, string>>(spec, { bytes })
    run.store.put('a', 'x', 5)
    await run.checkpoint()
    for (const again of [
      new StoreRun<WindowStore<string, string>>(spec, { bytes }),
      restored<WindowStore<string, string>>(spec, run.log),
    ]) {
      again.store.put('a', 'y', 5)
      expect(Array.from(again.store.fetch('a', 0, 9), ({ value }) => value)).toEqual(['x', 'y'])
    }
  })

  test('do not overwrite those from before in a join buffer', () => {
    const spec = { ...base, kind: 'join-buffer', graceMs: 10 } as const
    const run = new StoreRun<JoinBuffer<string, string>>(spec).at(5)
    run.store.put('a', 'x', run.record)
    const again = restored<JoinBuffer<string, string>>(spec, run.log).at(5)
    again.store.put('a', 'y', again.record)
    expect(again.entries()).toMatchObject([{ value: 'x' }, { value: 'y' }])
  })
})

test('the least recently used entry goes when there are too many, as a deletion in the changelog', () => {
  const run = new StoreRun<KeyValueStore<string, string>>({ ...table, timestamped: false, maxEntries: 2 }).at(
    1,
  )
  run.store.put('a', '1')
  run.store.put('b', '2')
  run.store.get('a')
  run.at(2).store.put('c', '3')
  expect(run.entries()).toEqual([
    { key: 'a', value: '1' },
    { key: 'c', value: '3' },
  ])
  expect(logOf(run)).toEqual(['61=31@1', '62=32@1', '62=null@2', '63=33@2'])
})

test('a session store finds final results that have expired', () => {
  const spec = { ...base, kind: 'session', retentionMs: 10, segmentMs: minute } as const
  const { store } = new StoreRun<SessionStore<string, string>>(spec)
  store.put({ key: 'b', window: { start: 1, end: 5 } }, 'x')
  store.put({ key: 'a', window: { start: 2, end: 5 } }, 'y')
  store.put({ key: 'a', window: { start: 50, end: 50 } }, 'z')
  expect(Array.from(store.findSessionsByEnd(0, 20), ({ value }) => value)).toEqual(['x', 'y'])
  expect(Array.from(store.fetch('a'), ({ value }) => value)).toEqual(['z'])
})
