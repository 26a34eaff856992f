import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Task } from '../../src/assign/group-model.ts'
import { spread } from '../../src/assign/spread.ts'
import { makeTask } from './assignor-cluster.ts'

interface Case {
  readonly tasks: readonly Task[]
  readonly slots: readonly { readonly threads: number }[]
  /** By task: index of its home; -1: none. */
  readonly homes: readonly number[]
}

/** Small enough to try every way. */
const cases: fc.Arbitrary<Case> = fc
  .tuple(
    fc.array(fc.tuple(fc.nat(2), fc.boolean()), { minLength: 1, maxLength: 6 }),
    fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
    fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 6, maxLength: 6 }),
  )
  .map(([kinds, threads, homes]) => ({
    tasks: kinds.map(([subtopology, stateful], partition) =>
      makeTask(stateful ? subtopology : subtopology + 3, partition, stateful),
    ),
    slots: threads.map((count) => ({ threads: count })),
    homes: kinds.map((_, index) => Math.min(homes[index]!, threads.length - 1)),
  }))

function levelsOf(tasks: readonly Task[]): readonly (readonly Task[])[] {
  return [tasks.filter(({ stateful }) => stateful), tasks.filter(({ stateful }) => !stateful)]
}

/** Every slot has its share of each subtopology, of the stateful tasks, and of all. */
function isBalanced({ tasks, slots }: Case, places: readonly number[]): boolean {
  const all = slots.reduce((sum, { threads }) => sum + threads, 0)
  const fair = (which: (task: Task) => boolean): boolean => {
    const size = tasks.filter(which).length
    return slots.every(({ threads }, slot) => {
      const here = tasks.filter((task, index) => which(task) && places[index] === slot).length
      return Math.abs(here - (size * threads) / all) < 1
    })
  }
  const kinds = [...new Set(tasks.map(({ id }) => id.subtopology))]
  return (
    fair(() => true) &&
    fair(({ stateful }) => stateful) &&
    kinds.every((kind) => fair(({ id }) => id.subtopology === kind))
  )
}

function moves({ homes }: Case, places: readonly number[]): number {
  return places.filter((place, index) => homes[index] !== -1 && homes[index] !== place).length
}

function everyWay(tasks: number, slots: number): readonly (readonly number[])[] {
  if (tasks === 0) return [[]]
  return everyWay(tasks - 1, slots).flatMap((places) =>
    Array.from({ length: slots }, (_, slot) => [...places, slot]),
  )
}

test('it is balanced in every respect, and no balanced way takes fewer tasks from home', () => {
  fc.assert(
    fc.property(cases, (one) => {
      const { tasks, slots, homes } = one
      const placed = spread(levelsOf(tasks), slots, {
        home: (task) => slots[homes[tasks.indexOf(task)]!],
        distance: () => Number.POSITIVE_INFINITY,
        running: () => false,
      })
      const places = tasks.map((task) => slots.indexOf(placed.get(task)!))
      expect(isBalanced(one, places)).toBe(true)
      const best = everyWay(tasks.length, slots.length)
        .filter((way) => isBalanced(one, way))
        .reduce((least, way) => Math.min(least, moves(one, way)), Number.POSITIVE_INFINITY)
      expect(moves(one, places)).toBe(best)
    }),
    { numRuns: 300 },
  )
})
