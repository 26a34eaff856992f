import { expect } from 'vitest'
import { type ErrorCode, StreamsError } from '../../../src/core/errors.ts'

/** @returns what was thrown */
export function failure(run: () => unknown): StreamsError {
  try {
    run()
  } catch (error) {
    if (StreamsError.is(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

export function expectCode(code: ErrorCode, text: RegExp, run: () => unknown): void {
  const error = failure(run)
  expect(error.code).toBe(code)
  expect(error.message).toMatch(text)
}
