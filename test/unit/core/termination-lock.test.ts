import { afterEach, expect, test } from 'vitest'
import {
  heedTermination,
  isTerminating,
  TerminationLock,
  unterminated,
} from '../../../src/core/termination-lock.ts'

// This thread is given back its freedom: a lock that nobody seizes.
afterEach(() => heedTermination(new TerminationLock().shared))

test('a worker may not be terminated before it heeds the lock: it may be loading native code', () => {
  const lock = new TerminationLock()
  expect(lock.seize()).toBe(false)
  heedTermination(lock.shared)
  expect(lock.seize()).toBe(true)
  // Asked again, the answer is the same.
  expect(lock.seize()).toBe(true)
  expect(lock.seizeWithin(0)).toBe(true)
})

test('nor in a section, also not in an inner one, nor when that has ended', () => {
  const lock = new TerminationLock()
  heedTermination(lock.shared)
  const seen: boolean[] = []
  const result = unterminated(() => {
    seen.push(lock.seize())
    unterminated(() => seen.push(lock.seize()))
    seen.push(lock.seize(), lock.seizeWithin(5))
    return 'done'
  })
  expect(result).toBe('done')
  expect(seen).toEqual([false, false, false, false])
  expect(lock.seize()).toBe(true)
})

test('a section that fails lets go of the lock', () => {
  const lock = new TerminationLock()
  heedTermination(lock.shared)
  const failing = (): void =>
    unterminated(() => {
      throw new Error('no')
    })
  expect(failing).toThrow('no')
  expect(lock.seize()).toBe(true)
})

test('once it is seized no section begins', () => {
  const lock = new TerminationLock()
  heedTermination(lock.shared)
  expect(isTerminating()).toBe(false)
  lock.seize()
  expect(isTerminating()).toBe(true)
  // It waits for its termination, which does not come here.
  expect(() => unterminated(() => expect.fail('it began'))).toThrow(
    expect.objectContaining({ code: 'lifecycle', message: 'this thread is being terminated' }),
  )
})
