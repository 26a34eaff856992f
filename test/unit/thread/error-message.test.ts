import { expect, test } from 'vitest'
import { StreamsError } from '../../../src/core/errors.ts'
import {
  fromErrorMessage,
  fromFactsMessage,
  toErrorMessage,
  toFactsMessage,
} from '../../../src/thread/error-message.ts'

/** As it arrives in another thread. */
function sent(error: unknown): Error {
  return fromErrorMessage(structuredClone(toErrorMessage(error)))
}

function sentFacts(facts: object): object {
  return fromFactsMessage(structuredClone(toFactsMessage(facts)))
}

test('a StreamsError keeps its class, code, advice, details, stack and causes', () => {
  const cause = new TypeError('not a function', { cause: new Error('at the root') })
  const error = new StreamsError('state-full', 'no room', { cause, details: { bytes: 7, store: 'counts' } })
  const arrived = sent(error)
  expect(StreamsError.is(arrived, 'state-full')).toBe(true)
  expect(arrived).toMatchObject({
    message: 'no room',
    advice: error.advice,
    details: { bytes: 7, store: 'counts' },
    stack: error.stack,
  })
  expect(arrived.cause).toBeInstanceOf(TypeError)
  expect(arrived.cause).toMatchObject({ message: 'not a function', stack: cause.stack })
  expect((arrived.cause as Error).cause).toEqual(new Error('at the root'))
})

test('errors of Node and of libraries keep their names and codes', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', errno: -111 })
  expect(sent(refused)).toMatchObject({ message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' })
  class ValidationError extends Error {
    override name = 'ValidationError'
  }
  const arrived = sent(new ValidationError('too short'))
  expect([arrived.name, arrived.message, Object.keys(arrived)]).toEqual(['ValidationError', 'too short', []])
  expect(sent(new RangeError('7'))).toBeInstanceOf(RangeError)
})

test("a code that is a StreamsError's does not make one of another error", () => {
  const foreign = Object.assign(new Error('mine'), { code: 'internal' })
  expect(StreamsError.is(sent(foreign))).toBe(false)
  expect(sent(foreign)).toMatchObject({ message: 'mine', code: 'internal' })
})

test('what is no error becomes one that shows it', () => {
  expect(sent('just text')).toEqual(new Error('just text'))
  expect(sent(undefined)).toEqual(new Error('undefined'))
  expect(sent({ reason: { deep: [1] } })).toEqual(new Error('{ reason: { deep: [ 1 ] } }'))
  expect(sent(Symbol('odd'))).toEqual(new Error('Symbol(odd)'))
})

test('a circle of causes is cut', () => {
  const error = new Error('round')
  error.cause = error
  let depth = 0
  for (let at: unknown = sent(error); at instanceof Error; at = at.cause) depth++
  expect(depth).toBe(11)
})

test('facts keep their errors, and lose nothing but what cannot be sent', () => {
  const error = new StreamsError('processing', 'map-1: no', { cause: new RangeError('no') })
  const arrived = sentFacts({
    err: error,
    count: 3,
    missing: undefined,
    none: null,
    tasks: ['0_0', '0_1'],
    at: new Date(0),
    handler: () => 1,
    kind: Symbol('kind'),
    nested: { call: () => 2, name: 'x' },
  }) as Record<string, unknown>
  expect(StreamsError.is(arrived['err'], 'processing')).toBe(true)
  expect(arrived).toMatchObject({ err: { message: 'map-1: no', cause: new RangeError('no') } })
  const { err: _, ...others } = arrived
  expect(others).toEqual({
    count: 3,
    missing: undefined,
    none: null,
    tasks: ['0_0', '0_1'],
    at: new Date(0),
    handler: '[Function: handler]',
    kind: 'Symbol(kind)',
    nested: "{ call: [Function: call], name: 'x' }",
  })
})
