import { expect, test } from 'vitest'
import { mutationNames } from '../../crash/mutations.ts'
import { schedule } from '../../crash/schedule.ts'

const seeds = Array.from({ length: 50 }, (_, seed) => seed)

test.each([1, 3, 20])('%d rounds kill in each, pause at least once and restart the broker once', (rounds) => {
  for (const seed of seeds) {
    const kinds = schedule(rounds, seed, undefined).map(({ steps }) => steps.map(({ kind }) => kind))
    expect(kinds).toHaveLength(rounds)
    expect(kinds.every((steps) => steps.includes('kill'))).toBe(true)
    expect(kinds.flat()).toContain('pause')
    expect(kinds.flat().filter((kind) => kind === 'restart broker')).toHaveLength(1)
  }
})

test('20 rounds kill at each moment and pause in each way', () => {
  for (const seed of seeds) {
    const steps = schedule(20, seed, undefined).flatMap((round) => round.steps)
    expect(new Set(steps.flatMap((step) => (step.kind === 'kill' ? [step.moment] : []))).size).toBe(9)
    expect(new Set(steps.flatMap((step) => (step.kind === 'pause' ? [step.during] : []))).size).toBe(3)
  }
})

test('a seed always makes the same schedule', () => {
  expect(schedule(20, 3, undefined)).toEqual(schedule(20, 3, undefined))
  expect(schedule(20, 3, undefined)).not.toEqual(schedule(20, 4, undefined))
})

test.each(mutationNames)('with %s, each round does what shows it', (mutation) => {
  const kinds = schedule(5, 1, mutation).map(({ steps }) => steps.map(({ kind }) => kind).join())
  expect(new Set(kinds).size).toBe(1)
})
