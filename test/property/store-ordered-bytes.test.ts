import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareBytes, hex } from '../../src/core/bytes.ts'
import type { RangeOptions } from '../../src/store/byte-store.ts'
import { OrderedBytes } from '../../src/store/ordered-bytes.ts'

const key = fc.uint8Array({ maxLength: 3 }).map((bytes) => bytes.map((byte) => byte % 5))
const range = fc.record({ from: key, to: key, reverse: fc.boolean() }, { requiredKeys: [] })
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('set' as const), key, value: fc.nat(99) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('iterate' as const), range }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), count: fc.integer({ min: 1, max: 20 }) }),
  },
)

type Model = Map<string, number>

function inRange(model: Model, { from, to, reverse }: RangeOptions): string[] {
  const rows = [...model].map(([text, value]) => [Buffer.from(text, 'hex'), value] as const)
  const inside = rows.filter(
    ([k]) => (!from || compareBytes(k, from) >= 0) && (!to || compareBytes(k, to) < 0),
  )
  inside.sort(([a], [b]) => (reverse ? -1 : 1) * compareBytes(a, b))
  return inside.map(([k, value]) => `${hex(k)}=${value}`)
}

test('behaves as a sorted map, and iterators show it as it was', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 500, size: 'max' }), (steps) => {
      const map = new OrderedBytes<number>()
      const model: Model = new Map()
      const open: { rows: Iterator<readonly [Uint8Array, number]>; left: string[] }[] = []
      const advance = (count: number): void => {
        for (const { rows, left } of open) {
          const found: string[] = []
          for (let item = rows.next(); !item.done; item = rows.next()) {
            found.push(`${hex(item.value[0])}=${item.value[1]}`)
            if (found.length === count) break
          }
          expect(found).toEqual(left.splice(0, count))
        }
      }
      for (const action of steps) {
        if (action.kind === 'set') {
          expect(map.set(action.key, action.value)).toBe(model.get(hex(action.key)))
          model.set(hex(action.key), action.value)
        } else if (action.kind === 'delete') {
          expect(map.delete(action.key)).toBe(model.get(hex(action.key)))
          model.delete(hex(action.key))
        } else if (action.kind === 'iterate') {
          open.push({ rows: map.range(action.range), left: inRange(model, action.range) })
        } else advance(action.count)
      }
      expect(map.size).toBe(model.size)
      for (const text of model.keys()) expect(map.get(Buffer.from(text, 'hex'))).toBe(model.get(text))
      advance(1000)
    }),
    { numRuns: 60 },
  )
})

test('many keys, in order and shuffled, then all removed', () => {
  for (const stride of [1, 7919]) {
    const map = new OrderedBytes<number>()
    const size = 20_000
    const keyOf = (i: number): Uint8Array => Uint8Array.of(i >> 16, (i >> 8) & 255, i & 255)
    for (let i = 0; i < size; i++) map.set(keyOf((i * stride) % size), i)
    expect(map.size).toBe(size)
    const rows = map.range()
    for (let i = 0; i < size; i++) map.delete(keyOf((i * 3) % size))
    let seen = 0
    for (const [found] of rows) expect(compareBytes(found, keyOf(seen++))).toBe(0)
    expect(seen).toBe(size)
    for (let i = 0; i < size; i++) map.delete(keyOf(i))
    expect([...map.range()]).toEqual([])
  }
})
