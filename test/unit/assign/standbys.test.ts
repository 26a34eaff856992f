import { describe, expect, test } from 'vitest'
import { latestOffsetSum as running } from '../../../src/protocol/subscription-info.ts'
import { assign, member, task, told } from './group.ts'

const zones = (...ids: readonly string[]) =>
  ids.map((id) => member(`${id}/1`, { tags: { zone: id[0]!, rack: id[1]! } }))

/** Processes that have copies of a task, the active one first. */
function copiesOf(name: string, { clients }: ReturnType<typeof assign>): readonly string[] {
  const has = (which: 'active' | 'standby'): readonly string[] =>
    clients
      .filter((client) => [...client[which]].some((one) => one.name === name))
      .map(({ processId }) => processId)
  return [...has('active'), ...has('standby')]
}

describe('client tags', () => {
  test('without rackAwareAssignmentTags do not matter: the least loaded are taken', () => {
    const group = assign([task('0_0')], zones('a1', 'a2', 'b1'), { numStandbyReplicas: 1 })
    expect(copiesOf('0_0', group)).toEqual(['a1', 'a2'])
  })

  test('copies are in different zones while there are any, then anywhere', () => {
    const options = { rackAwareAssignmentTags: ['zone'] }
    const group = zones('a1', 'a2', 'a3', 'b1')
    const copies = (numStandbyReplicas: number): readonly string[] =>
      copiesOf('0_0', assign([task('0_0')], group, { ...options, numStandbyReplicas }))
    expect(copies(1)).toEqual(['a1', 'b1'])
    expect(copies(2)).toEqual(['a1', 'a2', 'b1'])
  })

  test('of several tags the ones that can still differ count: the example of KIP-708', () => {
    const group = zones('x1', 'y1', 'z1', 'x2', 'y2', 'z2')
    const copies = copiesOf(
      '0_0',
      assign([task('0_0')], group, { numStandbyReplicas: 2, rackAwareAssignmentTags: ['zone', 'rack'] }),
    )
    expect(copies).toHaveLength(3)
    expect(new Set(copies.map(([zone]) => zone)).size).toBe(3)
    expect(new Set(copies.map(([, rack]) => rack)).size).toBe(2)
  })

  test('keys that are not asked for are left out, and a process without a tag is no danger', () => {
    const members = [...zones('a1', 'a2'), member('c1/1')]
    const options = { numStandbyReplicas: 1, rackAwareAssignmentTags: ['zone'] }
    expect(copiesOf('0_0', assign([task('0_0')], members, options))).toEqual(['a1', 'a2'])
    expect(copiesOf('0_0', assign([task('0_0')], [...members, ...zones('b1')], options))).toEqual([
      'a1',
      'b1',
    ])
  })
})

test('standbys stay where their state is when a process joins, which warms up its share', () => {
  const sums = (active: readonly string[], standby: readonly string[]): Record<string, number> =>
    Object.fromEntries([...active.map((name) => [name, running]), ...standby.map((name) => [name, 99_999])])
  const members = [
    member('a/1', { sums: sums(['0_0', '0_1'], ['0_2', '0_3']) }),
    member('b/1', { sums: sums(['0_2', '0_3'], ['0_0', '0_1']) }),
    member('c/1'),
  ]
  const tasks = ['0_0', '0_1', '0_2', '0_3'].map(task)
  expect(told(assign(tasks, members, { numStandbyReplicas: 1 }))).toEqual({
    'a/1': '0_0 0_1 | 0_2 0_3 probing',
    'b/1': '0_2 0_3 | 0_0 0_1',
    'c/1': '| 0_2 0_3',
  })
})
