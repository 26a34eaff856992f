import { expect, test } from 'vitest'
import type { Scenario } from '../../crash/scenario/scenario.ts'
import { schedule } from '../../crash/schedule.ts'

function scenario(name: string, more: Partial<Scenario> = {}): Scenario {
  return { name, about: '', round: async () => '', ...more }
}

const few = [scenario('one'), scenario('two', { weight: 2 }), scenario('own', { setting: {} })]

const namesOf = (rounds: number, seed = 1): string[][] =>
  schedule(few, rounds, seed, undefined).map((session) => session.rounds.map(({ name }) => name))

test('scenarios of few rounds share a session, unless their setting is their own', () => {
  const [shared, own] = namesOf(4)
  expect(shared!.toSorted()).toEqual(['one', 'two', 'two'])
  expect(own).toEqual(['own'])
})

test('scenarios of many rounds have a session each, by their weights', () => {
  expect(namesOf(16)).toEqual([Array(4).fill('one'), Array(8).fill('two'), Array(4).fill('own')])
})

test('a scenario may be verified after few rounds', () => {
  const often = [scenario('often', { roundsTogether: 2 })]
  expect(schedule(often, 5, 1, undefined).map(({ rounds }) => rounds.length)).toEqual([2, 2, 1])
})

test('every scenario has a round at least', () => {
  expect(namesOf(1).flat().toSorted()).toEqual(['one', 'own', 'two'])
})

test('the seed decides alone, and sessions differ', () => {
  expect(schedule(few, 9, 5, undefined)).toEqual(schedule(few, 9, 5, undefined))
  const seeds = schedule(few, 16, 5, undefined).map(({ seed }) => seed)
  expect(new Set(seeds).size).toBe(3)
})
