import { expect, test } from 'vitest'
import { hex, utf8, utf8Text } from '../../../src/core/bytes.ts'
import { KeyValueStore } from '../../../src/store/key-value-store.ts'
import { MemoryStore } from '../../../src/store/memory-store.ts'
import { changelogSink } from './changelog-sink.ts'

const identity = { name: 'counts', fingerprint: 'f' }
const text = (store: KeyValueStore): string =>
  [...store.all()].map((row) => `${utf8Text(row.key)}=${utf8Text(row.value)}@${row.timestamp}`).join(' ')

test('get, put, delete and ranges', () => {
  const store = new KeyValueStore(identity, new MemoryStore())
  store.put(utf8('b'), utf8('1'), 10)
  store.put(utf8('a'), utf8('2'), 20)
  store.put(utf8('c'), utf8('3'), 30)
  store.put(utf8('b'), null, 40)
  expect(store.get(utf8('b'))).toBeUndefined()
  expect(store.get(utf8('a'))).toEqual({ value: utf8('2'), timestamp: 20 })
  expect(text(store)).toBe('a=2@20 c=3@30')
  const reverse = [...store.range({ from: utf8('a'), to: utf8('c'), reverse: true })]
  expect(reverse.map((row) => utf8Text(row.key))).toEqual(['a'])
})

test('the row on disk is a timestamp and the value, in the space of the name', async () => {
  const disk = new MemoryStore()
  const store = new KeyValueStore(identity, disk)
  store.put(utf8('a'), utf8('xy'), 0x0102030405)
  await disk.write(store.snapshot())
  store.acknowledge()
  expect(hex(disk.get('counts', utf8('a'))!)).toBe('00000001020304057879')
  expect(store.dirtyBytes).toBe(0)
  expect(text(new KeyValueStore(identity, disk))).toBe(`a=xy@${0x0102030405}`)
  expect(store.snapshot()).toEqual([])
})

test('a row too short for a timestamp is named', async () => {
  const disk = new MemoryStore()
  await disk.write([{ space: 'counts', rows: Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, 7, 7) }])
  const store = new KeyValueStore(identity, disk)
  expect(() => store.get(Uint8Array.of(7))).toThrow(expect.objectContaining({ code: 'state-unreadable' }))
})

test('each: every put is logged with the plain value and its timestamp', () => {
  const log = changelogSink('each')
  const store = new KeyValueStore({ ...identity, changelog: log.options }, new MemoryStore())
  store.put(utf8('a'), utf8('1'), 10)
  store.put(utf8('a'), utf8('2'), 20)
  store.put(utf8('a'), null, 30)
  expect(log.take()).toEqual(['61=31@10', '61=32@20', '61=null@30'])
  store.flush()
  expect(log.take()).toEqual([])
})

test('coalesced: the last of each key at a flush, in order of first change', () => {
  const log = changelogSink('coalesced')
  const store = new KeyValueStore({ ...identity, changelog: log.options }, new MemoryStore())
  const key = utf8('b')
  store.put(key, utf8('1'), 10)
  key[0] = 0x61
  store.put(key, utf8('2'), 20)
  store.put(utf8('b'), utf8('3'), 30)
  store.put(utf8('a'), null, 40)
  expect(log.take()).toEqual([])
  store.flush()
  expect(log.take()).toEqual(['62=33@30', '61=null@40'])
  store.put(utf8('a'), utf8('5'), 50)
  store.flush()
  expect(log.take()).toEqual(['61=35@50'])
})

test('restored records are stored and not logged', () => {
  const log = changelogSink('each')
  const store = new KeyValueStore({ ...identity, changelog: log.options }, new MemoryStore())
  store.restore(utf8('a'), utf8('1'), 10)
  store.restore(utf8('b'), utf8('1'), 10)
  store.restore(utf8('b'), null, 20)
  expect(text(store)).toBe('a=1@10')
  expect(log.take()).toEqual([])
  expect(store.dirtyBytes).toBeGreaterThan(0)
})
