import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hex, utf8, utf8Text } from '../../../src/core/bytes.ts'
import { openLmdbStore } from '../../../src/store/lmdb-store.ts'
import { byteStoreSuite, type Change, rowsOf, textRows } from './byte-store.suite.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const options = { mapSizeBytes: 2 ** 28 }

describe('lmdb, prepared stream', () => byteStoreSuite(() => openLmdbStore(temporaryDirectory(), options)))
describe('lmdb, batch', () =>
  byteStoreSuite(() => openLmdbStore(temporaryDirectory(), { ...options, preparedStream: false })))

const random = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

test('the prepared stream and batch() write the same', async () => {
  const next = random(7)
  const key = (): Uint8Array => {
    const length = next() < 0.05 ? 1900 + Math.floor(next() * 200) : Math.floor(next() * 12)
    return Uint8Array.from({ length }, () => Math.floor(next() * 3))
  }
  const stream = openLmdbStore(temporaryDirectory(), options)
  const batch = openLmdbStore(temporaryDirectory(), { ...options, preparedStream: false })
  for (let round = 0; round < 30; round++) {
    const changes = Array.from({ length: 300 }, (): Change => {
      const value = next() < 0.3 ? null : new Uint8Array(Math.floor(next() * 40)).fill(round)
      return [key(), value]
    })
    const rows = [rowsOf('a', changes.slice(0, 200)), rowsOf(`b${round % 3}`, changes.slice(200))]
    await Promise.all([stream.write(rows), batch.write(rows)])
    for (const space of ['a', 'b0', 'b1', 'b2']) {
      const all = [stream, batch].map((store) =>
        [...store.range(space)].map(([k, value]) => `${hex(k)}=${hex(value)}`),
      )
      expect(all[0]).toEqual(all[1])
    }
  }
  await Promise.all([stream.close(), batch.close()])
})

test('rows are there after reopening, and iterators left open do no harm', async () => {
  const directory = temporaryDirectory()
  for (let round = 0; round < 3; round++) {
    const store = openLmdbStore(directory, options)
    expect([...store.range('a')].length).toBe(round * 2000)
    expect([...store.spaces()].sort()).toEqual(round === 0 ? [] : ['a', 'ä\0'])
    const changes = Array.from(
      { length: 2000 },
      (_, i): Change => [`${round}-${i}`, new Uint8Array(30_000 / (i + 1))],
    )
    await store.write([rowsOf('a', changes), rowsOf('ä\0', changes)])
    store.range('a').next()
    expect([...store.range('a')].length).toBe((round + 1) * 2000)
    await store.close()
  }
})

test('a map that is full is refused by name, with nothing written', async () => {
  const directory = temporaryDirectory()
  const store = openLmdbStore(directory, { mapSizeBytes: 2 ** 20 })
  await store.write([rowsOf('a', [['k', 'v']])])
  const full = expect.objectContaining({ code: 'state-full', message: expect.stringContaining(directory) })
  await expect(store.write([rowsOf('a', [['k', new Uint8Array(2 ** 20)]])])).rejects.toThrow(full)
  await expect(store.write([rowsOf('a', [['k', 'w']])])).rejects.toThrow(full)
  expect(textRows(store, 'a')).toEqual(['k=v'])
  await store.close()
})

test('space that rows left free counts as room', async () => {
  const store = openLmdbStore(temporaryDirectory(), { mapSizeBytes: 2 ** 22 })
  for (let round = 0; round < 20; round++)
    await store.write([rowsOf('a', [['k', new Uint8Array(2 ** 20).fill(round)]])])
  expect(store.get('a', utf8('k'))![0]).toBe(19)
  await store.close()
})

describe('files that cannot be used', () => {
  const unreadable = expect.objectContaining({ code: 'state-unreadable' })
  const written = async (): Promise<string> => {
    const directory = temporaryDirectory()
    const store = openLmdbStore(directory, options)
    await store.write([
      rowsOf(
        'a',
        Array.from({ length: 5000 }, (_, i): Change => [`k${i}`, 'v'.repeat(50)]),
      ),
    ])
    await store.close()
    return directory
  }

  test('text', async () => {
    const directory = await written()
    writeFileSync(join(directory, 'data.mdb'), 'not a database '.repeat(1000))
    expect(() => openLmdbStore(directory, options)).toThrow(unreadable)
  })

  test.each([8192, 4096 * 20, 100, 0])('cut off at %i bytes', async (size) => {
    const directory = await written()
    truncateSync(join(directory, 'data.mdb'), size)
    if (size === 0) {
      const store = openLmdbStore(directory, options)
      expect(store.spaces()).toEqual([])
      await store.close()
    } else expect(() => textRows(openLmdbStore(directory, options), 'a')).toThrow(unreadable)
  })

  test('a lost root page', async () => {
    const directory = await written()
    const file = join(directory, 'data.mdb')
    const data = readFileSync(file)
    data.fill(0, 8192)
    writeFileSync(file, data)
    expect(() => {
      const store = openLmdbStore(directory, options)
      textRows(store, 'a')
    }).toThrow(unreadable)
  })

  test('another layout', async () => {
    const directory = await written()
    const copy = temporaryDirectory()
    cpSync(directory, copy, { recursive: true })
    const file = join(copy, 'data.mdb')
    const data = readFileSync(file)
    let at = data.indexOf('millrace 1')
    expect(at).toBeGreaterThan(0)
    for (; at >= 0; at = data.indexOf('millrace 1')) data.write('millrace 0', at)
    writeFileSync(file, data)
    expect(() => openLmdbStore(copy, options)).toThrow(unreadable)
    const store = openLmdbStore(directory, options)
    expect(utf8Text(store.get('a', utf8('k7'))!).length).toBe(50)
    await store.close()
  })
})
