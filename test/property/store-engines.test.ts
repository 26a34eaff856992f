import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { hex } from '../../src/core/bytes.ts'
import { PackedRows } from '../../src/core/packed-rows.ts'
import type { ByteStore, SpaceRows } from '../../src/store/byte-store.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { MemoryStore } from '../../src/store/memory-store.ts'
import { inRange, OpenIterators } from './store-model.ts'

/** Short keys over few bytes, and some longer than LMDB takes that share their head. */
const key = fc.oneof(
  { weight: 9, arbitrary: fc.uint8Array({ maxLength: 3 }).map((bytes) => bytes.map((byte) => byte % 4)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1957, max: 1963 }), fc.integer({ min: 0, max: 2 }), fc.nat(2))
      .map(([head, fill, tail]) => Uint8Array.from([...new Uint8Array(head).fill(fill), tail])),
  },
)
const change = fc.tuple(key, fc.option(fc.uint8Array({ maxLength: 4 })))
const range = fc.record({ from: key, to: key, reverse: fc.boolean() }, { requiredKeys: [] })
const space = fc.constantFrom('a', 'b', 'c/1')
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      batches: fc.array(fc.tuple(space, fc.array(change, { maxLength: 40 })), { maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('iterate' as const), space, range }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), count: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), space }) },
)

function pack(space: string, changes: readonly (readonly [Uint8Array, Uint8Array | null])[]): SpaceRows {
  const rows = new PackedRows()
  for (const [k, value] of changes) rows.add(k, value)
  return { space, rows: rows.bytes }
}

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

const root = mkdtempSync(join(tmpdir(), 'millrace-engines-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let opened = 0
const engines: Record<string, () => ByteStore> = {
  memory: () => new MemoryStore(),
  'lmdb stream': () => openLmdbStore(join(root, String(opened++)), { mapSizeBytes: 2 ** 27 }),
  'lmdb batch': () =>
    openLmdbStore(join(root, String(opened++)), { mapSizeBytes: 2 ** 27, preparedStream: false }),
}

async function run(store: ByteStore, steps: readonly Step[]) {
  const model = new Map<string, Map<string, string>>()
  const open = new OpenIterators<Uint8Array>(hex)
  for (const action of steps) {
    if (action.kind === 'write') {
      await store.write(action.batches.map(([name, changes]) => pack(name, changes)))
      for (const [name, changes] of action.batches) {
        const rows = model.get(name) ?? new Map<string, string>()
        for (const [k, value] of changes)
          if (value) rows.set(hex(k), hex(value))
          else rows.delete(hex(k))
        model.set(name, rows)
      }
    } else if (action.kind === 'drop') {
      await store.drop([action.space])
      model.delete(action.space)
    } else if (action.kind === 'iterate') {
      open.add(store.range(action.space, action.range), inRange(model.get(action.space), action.range))
    } else open.advance(action.count)
  }
  for (const [name, rows] of model)
    for (const [text, value] of rows) expect(hex(store.get(name, Buffer.from(text, 'hex'))!)).toBe(value)
  expect([...store.spaces()].sort()).toEqual([...model.keys()].sort())
  open.finish()
}

describe.each(Object.entries(engines))('%s', (_, make) => {
  test('behaves as sorted maps, and iterators show them as they were', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const store = make()
        try {
          await run(store, steps)
        } finally {
          await store.close()
        }
      }),
      { numRuns: 40 },
    )
  })
})
