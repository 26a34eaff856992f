import { expect, test } from 'vitest'
import { StreamsError } from '../../../src/core/errors.ts'
import { unreadable, writeError } from '../../../src/store/lmdb-errors.ts'

const withCode = (code: number): Error => Object.assign(new Error('no'), { code })

test.each([
  ['no space', 28, 1000, 'state-full'],
  ['map full', -30792, 1000, 'state-full'],
  ['a short write on a full disk', 5, 99, 'state-full'],
  ['rows after a failed one on a full disk', -30782, 99, 'state-full'],
  ['an I/O error', 5, 1000, 'state-unwritable'],
  ['a damaged page', -30796, 1000, 'state-unreadable'],
])('%s', async (_, code, freeBytes, expected) => {
  const error = await writeError('/state/0_1', withCode(code), 100, freeBytes)
  expect(error.code).toBe(expected)
  expect(error.message).toMatch('/state/0_1')
})

test('the cause of a failed batch is looked up', async () => {
  const failed = Object.assign(new Error('Commit failed'), { commitError: Promise.reject(withCode(28)) })
  expect((await writeError('/state/0_1', failed, 100, 1000)).code).toBe('state-full')
})

test('errors that say what they are stay as they are', async () => {
  const own = new StreamsError('internal', 'own')
  expect(unreadable('/state/0_1', own)).toBe(own)
  expect(await writeError('/state/0_1', own, 100, 0)).toBe(own)
})
