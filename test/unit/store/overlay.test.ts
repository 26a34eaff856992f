import { beforeEach, expect, test } from 'vitest'
import { utf8, utf8Text } from '../../../src/core/bytes.ts'
import { MemoryStore } from '../../../src/store/memory-store.ts'
import { Overlay } from '../../../src/store/overlay.ts'

let disk: MemoryStore
let overlay: Overlay
beforeEach(() => {
  disk = new MemoryStore()
  overlay = new Overlay(disk, 's')
})

const put = (key: string, value: string | null): void =>
  overlay.put(utf8(key), value === null ? null : utf8(value))
const get = (key: string): string | undefined => {
  const value = overlay.get(utf8(key))
  return value && utf8Text(value)
}
const all = (target: Pick<Overlay, 'range'> = overlay): string =>
  [...target.range()].map(([key, value]) => `${utf8Text(key)}${utf8Text(value)}`).join(' ')

async function checkpoint(whileWriting: () => void = () => {}): Promise<void> {
  const rows = overlay.snapshot()
  const written = disk.write(rows ? [rows] : [])
  whileWriting()
  await written
  overlay.acknowledge()
}

test('tombstones hide rows on disk, and reach it', async () => {
  put('a', '1')
  put('b', '1')
  await checkpoint()
  put('a', null)
  expect(get('a')).toBeUndefined()
  expect(all()).toBe('b1')
  await checkpoint()
  expect([...disk.range('s')].length).toBe(1)
  expect(all()).toBe('b1')
})

test('an acknowledgement keeps what changed since the snapshot', async () => {
  for (const key of ['a', 'b', 'c']) put(key, '1')
  await checkpoint(() => {
    put('a', '2')
    put('b', null)
    put('d', '2')
  })
  expect(all()).toBe('a2 c1 d2')
  expect(all({ range: () => disk.range('s') })).toBe('a1 b1 c1')
  await checkpoint()
  expect(all({ range: () => disk.range('s') })).toBe('a2 c1 d2')
})

test('only what no acknowledged snapshot covers is dirty', async () => {
  expect(overlay.dirtyBytes).toBe(0)
  put('a', '1')
  const one = overlay.dirtyBytes
  expect(one).toBeGreaterThan(2)
  put('a', '123')
  expect(overlay.dirtyBytes).toBe(one + 2)
  put('a', null)
  expect(overlay.dirtyBytes).toBe(one - 1)
  await checkpoint(() => {
    put('b', '1')
    expect(overlay.dirtyBytes).toBe(2 * one - 1)
  })
  expect(overlay.dirtyBytes).toBe(one)
  await checkpoint()
  expect(overlay.dirtyBytes).toBe(0)
  expect(overlay.snapshot()).toBeUndefined()
})

test('there is one snapshot at a time', () => {
  put('a', '1')
  overlay.snapshot()
  expect(() => overlay.snapshot()).toThrow(/under way/)
})

test('the key is copied', () => {
  const key = utf8('a')
  overlay.put(key, utf8('1'))
  key[0] = 0
  expect(get('a')).toBe('1')
})
