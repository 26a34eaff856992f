import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hex } from '../../src/core/bytes.ts'
import { OrderedBytes } from '../../src/store/ordered-bytes.ts'
import { inRange, OpenIterators } from './store-model.ts'

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

const textOf = (value: number | undefined): string | undefined => value?.toString()

test('behaves as a sorted map, and iterators show it as it was', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 500, size: 'max' }), (steps) => {
      const map = new OrderedBytes<number>()
      const model = new Map<string, string>()
      const open = new OpenIterators<number>(String)
      for (const action of steps) {
        if (action.kind === 'set') {
          expect(textOf(map.set(action.key, action.value))).toBe(model.get(hex(action.key)))
          model.set(hex(action.key), String(action.value))
        } else if (action.kind === 'delete') {
          expect(textOf(map.delete(action.key))).toBe(model.get(hex(action.key)))
          model.delete(hex(action.key))
        } else if (action.kind === 'iterate') {
          open.add(map.range(action.range), inRange(model, action.range))
        } else open.advance(action.count)
      }
      expect(map.size).toBe(model.size)
      for (const [text, value] of model) expect(textOf(map.get(Buffer.from(text, 'hex')))).toBe(value)
      open.finish()
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
    const seen = [...rows].map(([found]) => (found[0]! << 16) | (found[1]! << 8) | found[2]!)
    expect(seen).toEqual(Array.from({ length: size }, (_, i) => i))
    for (let i = 0; i < size; i++) map.delete(keyOf(i))
    expect([...map.range()]).toEqual([])
  }
})
