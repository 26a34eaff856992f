import { expect, test } from 'vitest'
import { errorCodes, StreamsError } from '../../../src/core/errors.ts'

test('an error says what happened and what to do', () => {
  const cause = new Error('boom')
  const error = new StreamsError('topic-missing', 'no such topic: clicks', {
    cause,
    details: { topic: 'clicks' },
  })
  expect(error.message).toBe('no such topic: clicks')
  expect(error.advice).toBe(errorCodes['topic-missing'])
  expect(error.cause).toBe(cause)
  expect(error.details).toEqual({ topic: 'clicks' })
})

test('errors are recognized by kind, whichever copy of the package made them', () => {
  const error = new StreamsError('fenced', 'x')
  expect(StreamsError.is(error)).toBe(true)
  expect(StreamsError.is(error, 'fenced')).toBe(true)
  expect(StreamsError.is(error, 'internal')).toBe(false)
  expect(StreamsError.is(new Error('x'))).toBe(false)
  const foreign = Object.assign(new Error('x'), {
    [Symbol.for('millrace.StreamsError')]: true,
    code: 'fenced',
  })
  expect(StreamsError.is(foreign, 'fenced')).toBe(true)
})
