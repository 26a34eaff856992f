import { expect, test } from 'vitest'
import { PunctuationQueue } from '../../../src/task/punctuation.ts'

/** Times at which a schedule is called when time becomes what is given. */
function calls(at: number, everyMs: number, times: readonly number[], now?: number): number[] {
  const queue = new PunctuationQueue()
  const called: number[] = []
  queue.schedule({ node: 'n', everyMs, at, punctuate: (time) => called.push(time) }, now)
  for (const time of times) queue.run(time, ({ punctuate }, current) => punctuate(current))
  return called
}

test('each interval once, and missed ones together', () => {
  expect(calls(0, 10, [0, 5, 9, 10, 11, 45, 49, 50])).toEqual([0, 10, 45, 50])
})

test('a start in the future waits; one in the past keeps its rhythm', () => {
  expect(calls(30, 10, [29, 30, 39, 40])).toEqual([30, 40])
  expect(calls(3, 10, [24, 32, 33], 24)).toEqual([33])
})

test('cancelled before and while it runs', () => {
  const queue = new PunctuationQueue()
  const called: string[] = []
  const add = (name: string, punctuate: () => void): (() => void) =>
    queue.schedule({ node: name, everyMs: 10, at: 0, punctuate })
  const cancelFirst = add('first', () => called.push('first'))
  const cancelSecond = add('second', () => {
    called.push('second')
    cancelSecond()
  })
  cancelFirst()
  expect(queue.run(0, ({ punctuate }, now) => punctuate(now))).toBe(true)
  expect(queue.run(100, ({ punctuate }, now) => punctuate(now))).toBe(false)
  expect(called).toEqual(['second'])
})
