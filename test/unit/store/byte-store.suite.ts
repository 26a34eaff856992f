import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hex, utf8, utf8Text } from '../../../src/core/bytes.ts'
import { PackedRows } from '../../../src/core/packed-rows.ts'
import type { ByteStore, RangeOptions, SpaceRows } from '../../../src/store/byte-store.ts'

export type Change = readonly [key: Uint8Array | string, value: Uint8Array | string | null]

export function rowsOf(space: string, changes: readonly Change[]): SpaceRows {
  const rows = new PackedRows()
  for (const [key, value] of changes) rows.add(bytes(key), value === null ? null : bytes(value))
  return { space, rows: rows.bytes }
}

const bytes = (text: Uint8Array | string): Uint8Array => (typeof text === 'string' ? utf8(text) : text)

export function textRows(store: ByteStore, space: string, options?: RangeOptions): string[] {
  return [...store.range(space, options)].map(([key, value]) => `${utf8Text(key)}=${utf8Text(value)}`)
}

/** What both engines of `ByteStore` must do. */
export function byteStoreSuite(open: () => ByteStore): void {
  let store: ByteStore
  beforeEach(() => {
    store = open()
  })
  afterEach(() => store.close())
  const write = (space: string, ...changes: Change[]): Promise<void> => store.write([rowsOf(space, changes)])

  test('a row written can be read, in its space only', async () => {
    await write('a', ['k', 'v'])
    expect(utf8Text(store.get('a', utf8('k'))!)).toBe('v')
    expect(store.get('a', utf8('x'))).toBeUndefined()
    expect(store.get('b', utf8('k'))).toBeUndefined()
    expect(store.spaces()).toEqual(['a'])
    expect(textRows(store, 'b')).toEqual([])
  })

  test('a space tells its size as of the last write', async () => {
    expect(store.size('a')).toEqual({ rows: 0, bytes: 0 })
    await write('a', ['k', 'v'], ['l', 'v'], ['m', 'v'])
    await write('a', ['m', null])
    expect(store.size('a').rows).toBe(2)
    const small = store.size('a').bytes
    expect(small).toBeGreaterThan(0)
    await write('a', ['large', 'x'.repeat(100_000)])
    expect(store.size('a').rows).toBe(3)
    expect(store.size('a').bytes).toBeGreaterThanOrEqual(small + 100_000)
  })

  test('get gives a copy', async () => {
    await write('a', ['k', 'v'])
    store.get('a', utf8('k'))![0] = 0
    expect(utf8Text(store.get('a', utf8('k'))!)).toBe('v')
  })

  test('the last change of a key counts, deletions included', async () => {
    await write('a', ['k', '1'], ['l', '1'], ['k', '2'], ['l', null], ['m', null])
    expect(textRows(store, 'a')).toEqual(['k=2'])
    await write('a', ['k', null], ['l', '3'])
    expect(textRows(store, 'a')).toEqual(['l=3'])
  })

  test('several spaces are written together, of any name', async () => {
    const names = ['counts/12', 'a b', 'ä', '', '\0', '%0041', 'A', '\ud800', 's:x']
    await store.write(names.map((name, i) => rowsOf(name, [['k', String(i)]])))
    expect([...store.spaces()].sort()).toEqual([...names].sort())
    names.forEach((name, i) => {
      expect(textRows(store, name), name).toEqual([`k=${i}`])
    })
  })

  test('nothing to write is no error', async () => {
    await store.write([])
    await store.write([rowsOf('a', [])])
    await write('a', ['k', 'v'])
    expect(textRows(store, 'a')).toEqual(['k=v'])
  })

  test('writes take effect in the order of calls', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => write('a', ['k', String(i)])))
    expect(textRows(store, 'a')).toEqual(['k=19'])
  })

  test('ranges in both directions, from inclusive, to exclusive', async () => {
    await write('a', ...['d', 'b', 'a', 'c'].map((key): Change => [key, '']))
    const keys = (options: RangeOptions): string => textRows(store, 'a', options).join('').replaceAll('=', '')
    const [b, d] = [utf8('b'), utf8('d')]
    expect(keys({})).toBe('abcd')
    expect(keys({ from: b })).toBe('bcd')
    expect(keys({ to: d })).toBe('abc')
    expect(keys({ from: b, to: d })).toBe('bc')
    expect(keys({ from: d, to: b })).toBe('')
    expect(keys({ reverse: true })).toBe('dcba')
    expect(keys({ from: b, reverse: true })).toBe('dcb')
    expect(keys({ to: d, reverse: true })).toBe('cba')
    expect(keys({ from: b, to: d, reverse: true })).toBe('cb')
    expect(keys({ from: utf8('bb'), to: utf8('cc'), reverse: true })).toBe('c')
  })

  test('keys of any length, empty, of zeros and long ones with one prefix, keep their order', async () => {
    const long = (length: number, ...tail: number[]): Uint8Array =>
      Uint8Array.from([...new Uint8Array(length).fill(7), ...tail])
    const keys = [
      new Uint8Array(0),
      new Uint8Array(1),
      new Uint8Array(2),
      Uint8Array.of(0, 0, 5),
      Uint8Array.of(0, 1),
      long(1959),
      long(1960),
      long(1961),
      long(1960, 8),
      long(1960, 9),
      long(1960, 9, 1),
      long(5000, 1),
      long(100_000),
      new Uint8Array(1959),
      new Uint8Array(1960),
      new Uint8Array(3000),
    ].sort(Buffer.compare)
    await write('a', ...keys.toReversed().map((key): Change => [key, hex(key)]))
    for (const key of keys) expect(utf8Text(store.get('a', key)!)).toBe(hex(key))
    expect(store.get('a', long(1960, 7, 7))).toBeUndefined()
    for (const from of [undefined, ...keys])
      for (const to of [undefined, ...keys]) {
        const inside = keys.filter(
          (key) => (!from || Buffer.compare(key, from) >= 0) && (!to || Buffer.compare(key, to) < 0),
        )
        const options = { ...(from && { from }), ...(to && { to }) }
        const found = [...store.range('a', options)].map(([key]) => key.length)
        expect(found).toEqual(inside.map((key) => key.length))
        const backward = [...store.range('a', { ...options, reverse: true })].map(([key]) => key.length)
        expect(backward).toEqual(inside.toReversed().map((key) => key.length))
      }
    await write('a', ...keys.map((key): Change => [key, null]))
    expect([...store.range('a')]).toEqual([])
  })

  test('values from nothing to a megabyte', async () => {
    const sizes = [0, 1, 4000, 40_000, 1_000_000]
    await write('a', ...sizes.map((size): Change => [String(size), new Uint8Array(size).fill(9)]))
    for (const size of sizes) {
      const value = store.get('a', utf8(String(size)))!
      expect(value.length).toBe(size)
      expect(value.every((byte) => byte === 9)).toBe(true)
    }
    expect([...store.range('a')].map(([, value]) => value.length).sort((a, b) => a - b)).toEqual(sizes)
  })

  const numbered = (count: number, value: string): Change[] =>
    Array.from({ length: count }, (_, i) => [String(i).padStart(5, '0'), value])

  test('an iterator shows the rows as of its creation', async () => {
    await write('a', ...numbered(5000, 'old'))
    const forward = store.range('a')
    const backward = store.range('a', { reverse: true })
    await write('a', ...numbered(2500, 'new'), ['1', 'new'], ['04000', null])
    expect([...forward].map(([, value]) => utf8Text(value))).toEqual(new Array(5000).fill('old'))
    expect([...backward].length).toBe(5000)
    expect(textRows(store, 'a').length).toBe(5000)
  })

  test('an iterator survives the drop of its space, and the making of others', async () => {
    await write('a', ...numbered(3000, 'old'))
    await write('b', ['k', 'v'])
    const rows = store.range('a')
    rows.next()
    await store.drop(['a', 'unknown'])
    expect(store.spaces()).toEqual(['b'])
    expect(textRows(store, 'a')).toEqual([])
    for (let i = 0; i < 5; i++) await write(`new ${i}`, ...numbered(100, 'new'))
    expect([...rows].map(([, value]) => utf8Text(value))).toEqual(new Array(2999).fill('old'))
    await write('a', ['k', 'again'])
    expect(textRows(store, 'a')).toEqual(['k=again'])
  })

  test('an iterator ended early gives no more', async () => {
    await write('a', ...numbered(3000, 'old'))
    for (const _ of store.range('a')) break
    const rows = store.range('a')
    rows.next()
    rows.return?.()
    expect(rows.next().done).toBe(true)
  })

  test('drop comes after the writes before it and before those after', async () => {
    await Promise.all([write('a', ['k', '1']), store.drop(['a']), write('a', ['l', '2'])])
    expect(textRows(store, 'a')).toEqual(['l=2'])
  })

  test('sync follows the writes', async () => {
    await Promise.all([write('a', ['k', '1']), store.sync()])
    expect(textRows(store, 'a')).toEqual(['k=1'])
  })

  test('malformed rows are refused, and so is everything after', async () => {
    await write('a', ['k', '1'])
    await expect(
      store.write([{ space: 'a', rows: Uint8Array.of(9, 0, 0, 0, 1, 0, 0, 0, 1) }]),
    ).rejects.toThrow(/past the end/)
    await expect(write('a', ['k', '2'])).rejects.toThrow(/past the end/)
    expect(textRows(store, 'a')).toEqual(['k=1'])
  })

  describe('closing', () => {
    test('waits for the writes under way', async () => {
      const written = write('a', ['k', 'v'])
      await store.close()
      await written
      await store.close()
    })

    test('refuses reads and writes', async () => {
      await write('a', ...numbered(3000, 'v'))
      const rows = store.range('a')
      await store.close()
      const closed = expect.objectContaining({ code: 'lifecycle' })
      expect(() => store.get('a', utf8('k'))).toThrow(closed)
      expect(() => store.range('a')).toThrow(closed)
      expect(() => store.spaces()).toThrow(closed)
      expect(() => [...rows]).toThrow(closed)
      await expect(write('a', ['k', 'v'])).rejects.toThrow(closed)
    })
  })
}
