import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StreamsError } from '../../../src/core/errors.ts'
import { decodeAnswer, encodeAnswer } from '../../../src/query/answer-codec.ts'
import { decodeQuestion, encodeQuestion, type RemoteQuestion } from '../../../src/query/question-codec.ts'
import type { StoreQuestion, StoreRow } from '../../../src/task/store-question.ts'

const bytes = fc.uint8Array({ maxLength: 20 })
const optional = fc.option(bytes, { nil: undefined })
const time = fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER })
const defined = <T extends object>(of: T): T =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as T

const question: fc.Arbitrary<StoreQuestion> = fc.oneof(
  fc.record({ kind: fc.constant('key' as const), key: bytes }),
  fc.record({ kind: fc.constant('window' as const), key: bytes, start: time }),
  fc.record({ kind: fc.constant('version' as const), key: bytes, asOf: time }),
  fc
    .record({ kind: fc.constant('range' as const), from: optional, before: optional, reverse: fc.boolean() })
    .map(defined) as fc.Arbitrary<StoreQuestion>,
  fc.constant({ kind: 'count' as const }),
  fc
    .record({
      kind: fc.constant('windows' as const),
      from: optional,
      to: optional,
      fromTime: time,
      toTime: time,
      latestStart: time,
      reverse: fc.boolean(),
    })
    .map(defined) as fc.Arbitrary<StoreQuestion>,
  fc.record({
    kind: fc.constant('versions' as const),
    key: bytes,
    fromTime: time,
    toTime: time,
    reverse: fc.boolean(),
  }),
)

const asked = fc
  .record({
    applicationId: fc.string(),
    store: fc.string(),
    task: fc.option(fc.record({ subtopology: fc.nat(), partition: fc.nat() }), { nil: undefined }),
    limit: fc.nat(),
    isolation: fc.constantFrom('latest' as const, 'checkpoint' as const),
    stale: fc.boolean(),
    after: optional,
    question,
  })
  .map(({ after, ...others }): RemoteQuestion => ({ ...others, ...(after && { after }) }))

const row: fc.Arbitrary<StoreRow> = fc.oneof(
  fc.record({ order: bytes, key: bytes, value: bytes, timestamp: time, start: time, end: time }),
  fc
    .record({ key: bytes, value: bytes, timestamp: time, start: time, end: time })
    .map((of) => ({ ...of, order: of.key })),
)
const page = fc.record({
  here: fc.constant(true as const),
  rows: fc.array(row, { maxLength: 5 }),
  looked: fc.nat(),
  after: optional,
  checkpointMs: fc.option(fc.nat(), { nil: undefined }),
  lag: fc.option(fc.nat(), { nil: undefined }),
})

describe('questions', () => {
  test('come out as they went in', () => {
    fc.assert(
      fc.property(asked, (one) => {
        expect(decodeQuestion(encodeQuestion(one))).toEqual(one)
      }),
      { seed: 1 },
    )
  })

  test('a part of one, or one with more behind it, is malformed', () => {
    fc.assert(
      fc.property(asked, fc.nat(), (one, cut) => {
        const whole = encodeQuestion(one)
        expect(() => decodeQuestion(whole.subarray(0, cut % whole.length))).toThrow(StreamsError)
        expect(() => decodeQuestion(new Uint8Array([...whole, 0]))).toThrow('left over')
      }),
      { seed: 1 },
    )
  })

  test('random bytes never do harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (random) => {
        try {
          decodeQuestion(random)
        } catch (error) {
          expect(error).toMatchObject({ code: 'protocol-malformed' })
        }
      }),
      { seed: 1, numRuns: 1000 },
    )
  })

  test('another version says so', () => {
    const bytes = encodeQuestion(fc.sample(asked, { numRuns: 1, seed: 1 })[0]!)
    expect(() => decodeQuestion(new Uint8Array([2, ...bytes.subarray(1)]))).toThrow(
      'version 2, this instance knows 1',
    )
  })
})

describe('answers', () => {
  test('come out as they went in', () => {
    fc.assert(
      fc.property(page, (one) => {
        expect(decodeAnswer(encodeAnswer(one))).toEqual(one)
      }),
      { seed: 1 },
    )
    for (const restoring of [true, false])
      expect(decodeAnswer(encodeAnswer({ here: false, restoring }))).toEqual({ here: false, restoring })
  })

  test('errors are thrown', () => {
    const bytes = encodeAnswer(new StreamsError('query-unsupported', 'not that'))
    expect(() => decodeAnswer(bytes)).toThrow(
      expect.objectContaining({ code: 'query-unsupported', message: 'not that' }),
    )
  })

  test('random bytes never do harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (random) => {
        try {
          decodeAnswer(new Uint8Array([1, 0, ...random]))
        } catch (error) {
          expect(error).toMatchObject({ code: 'protocol-malformed' })
        }
      }),
      { seed: 1, numRuns: 1000 },
    )
  })
})
