import { expect, test } from 'vitest'
import type { Task } from '../../../src/assign/group-model.ts'
import { type Homes, spread } from '../../../src/assign/spread.ts'
import { task } from './group.ts'

const slots = ['a', 'b', 'c'].map((name) => ({ name, threads: 1 }))
type Slot = (typeof slots)[number]

interface Wishes {
  readonly homes?: Readonly<Record<string, string>>
  readonly distances?: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly running?: readonly string[]
}

function placed(
  tasks: readonly Task[],
  count: number,
  { homes = {}, distances = {}, running = [] }: Wishes = {},
): Readonly<Record<string, string>> {
  const wishes: Homes<Slot> = {
    home: (one) => slots.find(({ name }) => name === homes[one.name]),
    distance: (one, { name }) => distances[one.name]?.[name] ?? Number.POSITIVE_INFINITY,
    running: (one) => running.includes(one.name),
  }
  const places = spread([tasks], slots.slice(0, count), wishes)
  return Object.fromEntries([...places].map(([one, { name }]) => [one.name, name]))
}

const two = ['0_0', '0_1'].map(task)
const atA = { '0_0': 'a', '0_1': 'a' }

test('a task that must move goes where it is least far from: that one moves', () => {
  expect(placed(two, 2, { homes: atA, distances: { '0_0': { b: 9 }, '0_1': { b: 8 } } })).toEqual({
    '0_0': 'a',
    '0_1': 'b',
  })
  expect(placed(two, 2, { homes: atA, distances: { '0_0': { b: 7 }, '0_1': { b: 8 } } })).toEqual({
    '0_0': 'b',
    '0_1': 'a',
  })
})

test('a slot that has something of a task goes before one that has nothing', () => {
  expect(placed(two, 3, { homes: atA, distances: { '0_1': { c: 5 } } })).toEqual({ '0_0': 'a', '0_1': 'c' })
})

test('what runs stays, and others are moved', () => {
  expect(placed(two, 2, { homes: atA, running: ['0_0'] })).toEqual({ '0_0': 'a', '0_1': 'b' })
  expect(placed(two, 2, { homes: atA, running: ['0_1'] })).toEqual({ '0_0': 'b', '0_1': 'a' })
})

test('each subtopology is shared for itself, and all together', () => {
  const tasks = ['0_0', '0_1', '1_0', '1_1', '2_0', '2_1'].map(task)
  const homes = { '0_0': 'a', '0_1': 'b', '1_0': 'a', '1_1': 'a', '2_0': 'b', '2_1': 'b' }
  const places = placed(tasks, 2, { homes })
  for (const subtopology of [0, 1, 2])
    expect([places[`${subtopology}_0`], places[`${subtopology}_1`]].sort()).toEqual(['a', 'b'])
  expect(Object.entries(homes).filter(([name, home]) => places[name] !== home)).toHaveLength(2)
})

test('nothing to spread', () => {
  expect(placed([], 3)).toEqual({})
})
