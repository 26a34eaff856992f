import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AssignorMember, assignTasks } from '../../src/assign/task-assignor.ts'
import { type TaskId, taskName } from '../../src/core/task-id.ts'

const cluster = fc
  .record({
    subtopologies: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
    states: fc.array(
      fc.array(fc.tuple(fc.nat(3), fc.nat(8), fc.oneof(fc.nat(100), fc.constant('running' as const))), {
        maxLength: 12,
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ subtopologies, states }) => ({
    tasks: subtopologies.flatMap((partitions, subtopology) =>
      Array.from({ length: partitions }, (_, partition): TaskId => ({ subtopology, partition })),
    ),
    members: states.map(
      (entries, index): AssignorMember => ({
        memberId: `member-${index}`,
        state: new Map(
          entries.map(([subtopology, partition, state]) => [taskName({ subtopology, partition }), state]),
        ),
      }),
    ),
  }))

test('every task has exactly one owner and no member has two tasks more than another', () => {
  fc.assert(
    fc.property(cluster, ({ tasks, members }) => {
      const assignment = assignTasks(tasks, members)
      const given = [...assignment.values()].flat().map(taskName).sort()
      expect(given).toEqual(tasks.map(taskName).sort())
      const sizes = [...assignment.values()].map((list) => list.length)
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    }),
  )
})

test('the answer does not depend on the order of the question', () => {
  fc.assert(
    fc.property(cluster, ({ tasks, members }) => {
      const again = assignTasks([...tasks].reverse(), [...members].reverse())
      expect(new Map([...again].sort())).toEqual(new Map([...assignTasks(tasks, members)].sort()))
    }),
  )
})

test('asking again with everything running moves nothing', () => {
  fc.assert(
    fc.property(cluster, ({ tasks, members }) => {
      const first = assignTasks(tasks, members)
      const settled = members.map(
        ({ memberId }): AssignorMember => ({
          memberId,
          state: new Map(first.get(memberId)!.map((task) => [taskName(task), 'running' as const])),
        }),
      )
      expect(assignTasks(tasks, settled)).toEqual(first)
    }),
  )
})

test('a task goes where most of its state lies, running before restored', () => {
  const task = { subtopology: 0, partition: 0 }
  const member = (memberId: string, state: number | 'running'): AssignorMember => ({
    memberId,
    state: new Map([['0_0', state]]),
  })
  expect(assignTasks([task], [member('a', 5), member('b', 9)]).get('b')).toEqual([task])
  expect(assignTasks([task], [member('a', 'running'), member('b', 9)]).get('a')).toEqual([task])
})
