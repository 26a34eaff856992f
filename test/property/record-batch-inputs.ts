import fc from 'fast-check'
import type { RecordToEncode } from '../../src/protocol/record-batch/encode.ts'

const max = Number.MAX_SAFE_INTEGER

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.integer({ min: 0, max: 300 }).map((length) => new Uint8Array(length).fill(length)),
)
const nullable = fc.option(bytes, { freq: 8 })

const time = fc.oneof(
  fc.integer({ min: 1_704_447_500_000, max: 1_704_447_700_000 }),
  fc.integer({ min: -5, max: 5 }),
  fc.integer({ min: -max, max }),
  fc.constantFrom(-max, max, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 35),
)

const header = fc.record({
  key: fc.oneof(fc.constantFrom('', 'h', 'é', '\ufeff', '😀'), fc.string({ unit: 'grapheme', maxLength: 5 })),
  value: nullable,
})

export const recordToEncode: fc.Arbitrary<RecordToEncode> = fc.record({
  timestamp: time,
  key: nullable,
  value: nullable,
  headers: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(header, { maxLength: 3 }) },
  ),
})

export const stamp = fc.record({
  producerId: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max })),
  producerEpoch: fc.integer({ min: -1, max: 0x7fff }),
  sequence: fc.integer({ min: -1, max: 0x7fff_ffff }),
  transactional: fc.boolean(),
})

export interface Mutation {
  /** Position: of the header's beginning, of the records', or anywhere. */
  readonly at: number
  readonly bits: number
}

/** Changes to bytes of a batch: mostly to a few of the header or of the records' lengths. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    at: fc.nat(),
    bits: fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(1, 2, 0x7f, 0x80, 0xff)),
  }),
  { minLength: 1, maxLength: 3 },
)
