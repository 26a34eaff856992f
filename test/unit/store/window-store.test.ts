import { describe, expect, test } from 'vitest'
import { hex, utf8, utf8Text } from '../../../src/core/bytes.ts'
import { MemoryStore } from '../../../src/store/memory-store.ts'
import { segmentMs, type WindowRow, WindowStore } from '../../../src/store/window-store.ts'
import { changelogSink } from './changelog-sink.ts'

const minute = 60_000
const identity = { name: 'counts', fingerprint: 'f', retentionMs: 4 * minute }
const put = (store: WindowStore, key: string, start: number, value: string | null = 'v'): void =>
  store.put(utf8(key), start, value === null ? null : utf8(value), start + 1)
const text = (rows: Iterable<WindowRow>): string =>
  [...rows].map((row) => `${utf8Text(row.key)}@${row.start / minute}=${utf8Text(row.value)}`).join(' ')

test('segments are half a retention long, a minute at least', () => {
  expect(segmentMs(10 * minute)).toBe(5 * minute)
  expect(segmentMs(minute)).toBe(minute)
  expect(segmentMs(0)).toBe(minute)
})

test('get, put and delete by key and window', () => {
  const store = new WindowStore(identity, new MemoryStore())
  put(store, 'a', minute, '1')
  put(store, 'a', 2 * minute, '2')
  put(store, 'b', 2 * minute, '3')
  put(store, 'b', 2 * minute, null)
  expect(store.get(utf8('a'), minute)).toEqual({ value: utf8('1'), timestamp: minute + 1 })
  expect(store.get(utf8('a'), 3 * minute)).toBeUndefined()
  expect(store.get(utf8('b'), 2 * minute)).toBeUndefined()
  expect(store.time).toBe(2 * minute)
})

test('rows on disk: time first, a space per segment', async () => {
  const disk = new MemoryStore()
  const store = new WindowStore(identity, disk)
  put(store, 'a', minute)
  put(store, 'b', 5 * minute)
  await disk.write(store.snapshot())
  store.acknowledge()
  expect(disk.spaces()).toEqual(['counts/0', 'counts/2'])
  const [[key, value]] = [...disk.range('counts/2')] as [[Uint8Array, Uint8Array]]
  expect(hex(key)).toBe('00000000000493e062')
  expect(hex(value)).toBe('00000000000493e176')
})

describe.each([undefined, minute])('fetch with stepMs %s', (stepMs) => {
  const options = { ...identity, retentionMs: 100 * minute, ...(stepMs && { stepMs }) }

  test('finds the windows of a key in both directions, bounds included', () => {
    const store = new WindowStore(options, new MemoryStore())
    for (const start of [1, 2, 60, 90]) for (const key of ['a', 'aa', 'b']) put(store, key, start * minute)
    const fetch = (from: number, to: number, reverse = false): string =>
      text(store.fetch(utf8('a'), from, to, reverse))
    expect(fetch(0, Number.MAX_SAFE_INTEGER)).toBe('a@1=v a@2=v a@60=v a@90=v')
    expect(fetch(2 * minute, 60 * minute)).toBe('a@2=v a@60=v')
    expect(fetch(minute + 1, 60 * minute - 1)).toBe('a@2=v')
    expect(fetch(0, 90 * minute, true)).toBe('a@90=v a@60=v a@2=v a@1=v')
    expect(fetch(5 * minute, 4 * minute)).toBe('')
    expect(text(store.fetch(utf8('c'), 0, 90 * minute))).toBe('')
  })

  test('shows the store as of the call', () => {
    const store = new WindowStore(options, new MemoryStore())
    for (const start of [1, 2, 60]) put(store, 'a', start * minute, 'old')
    const rows = store.fetch(utf8('a'), 0, 100 * minute)
    put(store, 'a', 60 * minute, 'new')
    put(store, 'a', 2 * minute, null)
    put(store, 'a', 61 * minute)
    expect(text(rows)).toBe('a@1=old a@2=old a@60=old')
  })
})

test('fetchAll goes over segments in order of window and key', () => {
  const store = new WindowStore({ ...identity, retentionMs: 100 * minute }, new MemoryStore())
  for (const start of [60, 1, 90]) for (const key of ['b', 'a']) put(store, key, start * minute)
  expect(text(store.fetchAll(0, 60 * minute))).toBe('a@1=v b@1=v a@60=v b@60=v')
  expect(text(store.fetchAll(0, 90 * minute, true))).toBe('b@90=v a@90=v b@60=v a@60=v b@1=v a@1=v')
})

describe('expiry', () => {
  test('rows at or before store time - retention are hidden, and puts to them ignored', () => {
    const log = changelogSink('each')
    const store = new WindowStore({ ...identity, changelog: log.options }, new MemoryStore())
    put(store, 'a', minute)
    put(store, 'a', minute + 1)
    put(store, 'b', 5 * minute)
    expect(store.get(utf8('a'), minute)).toBeUndefined()
    expect(store.get(utf8('a'), minute + 1)).toBeDefined()
    expect([...store.fetch(utf8('a'), 0, 5 * minute)].map((row) => row.start)).toEqual([minute + 1])
    log.take()
    put(store, 'c', minute)
    expect(log.take()).toEqual([])
    store.restore(Uint8Array.from([0x63, 0, 0, 0, 0, 0, 0, 0xea, 0x60, 0, 0, 0, 0]), utf8('v'), 1)
    expect(text(store.fetchAll(0, minute))).toBe('')
  })

  test("a segment expires when all its windows did, at Java's boundary", () => {
    const store = new WindowStore(identity, new MemoryStore())
    put(store, 'a', 0)
    put(store, 'a', 2 * minute - 1)
    put(store, 'a', 6 * minute - 1)
    expect(store.expire()).toEqual([])
    put(store, 'a', 6 * minute)
    const before = store.dirtyBytes
    expect(store.expire()).toEqual(['counts/0'])
    expect(store.expire()).toEqual([])
    expect(store.dirtyBytes).toBeLessThan(before)
    expect(store.snapshot().map(({ space }) => space)).toEqual(['counts/2', 'counts/3'])
  })

  test('segments that are only on disk expire too', async () => {
    const disk = new MemoryStore()
    const store = new WindowStore(identity, disk)
    put(store, 'a', 0)
    await disk.write(store.snapshot())
    const reopened = new WindowStore(identity, disk)
    put(reopened, 'a', 60 * minute)
    expect(reopened.expire()).toEqual(['counts/0'])
  })
})

test('the store time comes back from the newest row on disk', async () => {
  const disk = new MemoryStore()
  const store = new WindowStore(identity, disk)
  expect(store.time).toBe(-1)
  put(store, 'a', 3 * minute)
  put(store, 'a', 5 * minute + 3)
  put(store, 'a', 7 * minute)
  put(store, 'a', 7 * minute, null)
  await disk.write([...store.snapshot(), { space: 'counts/x', rows: new Uint8Array(0) }])
  await disk.write([{ space: 'counts2/99', rows: new Uint8Array(0) }])
  const reopened = new WindowStore(identity, disk)
  expect(reopened.time).toBe(5 * minute + 3)
  expect(text(reopened.fetchAll(0, 9 * minute))).toBe(`a@3=v a@${5 + 3 / minute}=v`)
})

describe('changelog', () => {
  test('key | start | 0, and what is logged restores the same', () => {
    for (const mode of ['each', 'coalesced'] as const) {
      const log = changelogSink(mode)
      const store = new WindowStore({ ...identity, changelog: log.options }, new MemoryStore())
      put(store, 'a', 0x12345, '1')
      put(store, 'a', 0x12345, '2')
      put(store, 'b', 0x12345, '3')
      put(store, 'b', 0x12345, null)
      store.flush()
      const restored = new WindowStore(identity, new MemoryStore())
      for (const { key, value, timestamp } of log.changes) restored.restore(key, value, timestamp)
      expect([...restored.fetchAll(0, minute * 2)]).toEqual([...store.fetchAll(0, minute * 2)])
      const first = {
        each: '61000000000001234500000000=31@74566',
        coalesced: '61000000000001234500000000=32@74566',
      }
      expect(log.take()[0]).toBe(first[mode])
    }
  })

  test('a key without a window is refused', () => {
    const store = new WindowStore(identity, new MemoryStore())
    expect(() => store.restore(new Uint8Array(11), null, 0)).toThrow(/11 bytes/)
  })
})
