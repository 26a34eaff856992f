import { describe, expect, test } from 'vitest'
import { type Emission, verifyEmissions, verifyInput, verifyOnce, verifyStore } from '../../crash/verify.ts'

const times = [100, 200, 300]
const due = new Map([['user1@2024-01-05 10:00:00', times]])
const clean = { lost: 0, duplicated: 0, disordered: 0, unexpected: 0, mistimed: 0 }

function verdictOf(...counts: number[]): ReturnType<typeof verifyEmissions> {
  const emissions = counts.map((count): Emission => ({ count, time: times[count - 1] ?? 0 }))
  return verifyEmissions(due, new Map([['user1@2024-01-05 10:00:00', emissions]]))
}

describe('verifyEmissions', () => {
  test('1, 2, ... n is right', () => {
    expect(verdictOf(1, 2, 3)).toEqual({ ...clean, cases: [], wrong: [] })
  })

  test.each([
    ['a gap', [1, 3], { lost: 1 }],
    ['a missing start', [2, 3], { lost: 1 }],
    ['a missing tail', [1, 2], { lost: 1 }],
    ['nothing at all', [], { lost: 3 }],
    ['a repeat', [1, 2, 2, 3], { duplicated: 1 }],
    ['a repeat from an earlier count on', [1, 2, 1, 2, 3], { duplicated: 2 }],
    ['a wrong order', [1, 3, 2], { disordered: 1 }],
    ['a record too many', [1, 2, 3, 4], { unexpected: 1 }],
    ['counts that skip over aborted ones', [1, 3, 4], { lost: 1, unexpected: 1 }],
    ['a count of 0', [0, 1, 2, 3], { unexpected: 1 }],
  ])('finds %s', (_, counts, wrong) => {
    const verdict = verdictOf(...counts)
    expect(verdict).toMatchObject({ ...clean, ...wrong })
    expect(verdict.cases).toHaveLength(1)
    expect(verdict.cases[0]).toContain('user1@2024-01-05 10:00:00: 1..3 due')
  })

  test('finds emissions for a window that nothing fell into', () => {
    const emitted = new Map([['user2@2024-01-05 10:00:00', [{ count: 1, time: 5 }]]])
    expect(verifyEmissions(new Map(), emitted)).toMatchObject({ ...clean, unexpected: 1 })
  })

  test('finds a right count with a wrong time', () => {
    const emitted = new Map([['a', [{ count: 1, time: 99 }]]])
    expect(verifyEmissions(new Map([['a', [100]]]), emitted)).toMatchObject({ ...clean, mistimed: 1 })
  })

  test('adds up over keys', () => {
    const two = new Map([
      ['a', [1, 2]],
      ['b', [1]],
    ])
    const emitted = new Map([['a', [{ count: 2, time: 2 }]]])
    const verdict = verifyEmissions(two, emitted)
    expect(verdict).toMatchObject({ ...clean, lost: 2 })
    expect(verdict.cases).toHaveLength(2)
  })
})

describe('verifyStore', () => {
  const question = { name: 'a', due: 3, mayBeGone: false }

  test('takes the right answer, and none for a window that may have expired', () => {
    expect(verifyStore([question, { ...question, mayBeGone: true }], [3, null])).toEqual([])
  })

  test('finds a wrong answer, a missing one, and a wrong one for a window that may have expired', () => {
    const questions = [question, question, { ...question, mayBeGone: true }]
    expect(verifyStore(questions, [4, null, 2])).toEqual([
      'a: the store says 4 instead of 3',
      'a: the store says nothing instead of 3',
      'a: the store says 2 instead of 3',
    ])
  })

  test('finds missing answers', () => {
    expect(verifyStore([question], [])).toEqual(['1 counts were asked for, 0 answered'])
  })
})

describe('verifyInput', () => {
  test('every click once is right', () => {
    expect(verifyInput(new Set([1, 2]), [2, 1])).toEqual([])
  })

  test.each([
    [[1], /lacks 1 of 2/],
    [[1, 2, 3], /1 records that were not committed/],
    [[1, 2, 2], /1 records twice/],
  ])('finds what is wrong with %j', (found, problem) => {
    expect(verifyInput(new Set([1, 2]), found)).toEqual([expect.stringMatching(problem)])
  })
})

const once = (due: Record<string, string>, emitted: Record<string, string[]>) => {
  const { lost, duplicated, unexpected } = verifyOnce(
    new Map(Object.entries(due)),
    new Map(Object.entries(emitted)),
  )
  return { lost, duplicated, unexpected }
}

test('results that are due once are told apart: lost, twice, another one, one that nobody asked for', () => {
  const due = { a: '1' }
  expect(once(due, { a: ['1'] })).toEqual({ lost: 0, duplicated: 0, unexpected: 0 })
  expect(once(due, {})).toEqual({ lost: 1, duplicated: 0, unexpected: 0 })
  expect(once(due, { a: ['1', '1', '1'] })).toEqual({ lost: 0, duplicated: 2, unexpected: 0 })
  expect(once(due, { a: ['2'] })).toEqual({ lost: 1, duplicated: 0, unexpected: 1 })
  expect(once(due, { a: ['1'], b: ['1'] })).toEqual({ lost: 0, duplicated: 0, unexpected: 1 })
})
