import { describe, expect, test } from 'vitest'
import { latestOffsetSum as running, unknownOffsetSum } from '../../../src/protocol/subscription-info.ts'
import { assign, member, task, told } from './group.ts'

const four = ['0_0', '0_1', '0_2', '0_3'].map(task)
const names = four.map(({ name }) => name)
const sums = (sum: number, ...of: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(of.map((name) => [name, sum]))

describe('a group that begins', () => {
  test('shares its tasks by threads, each subtopology for itself', () => {
    const tasks = ['0_0', '0_1', '0_2', '1_0-', '1_1-', '1_2-'].map(task)
    expect(told(assign(tasks, [member('a/1'), member('a/2'), member('b/1')]))).toEqual({
      'a/1': '0_0 1_0 |',
      'a/2': '0_1 1_1 |',
      'b/1': '0_2 1_2 |',
    })
  })

  test('places standbys in other processes', () => {
    const members = [member('a/1'), member('b/1'), member('c/1')]
    expect(told(assign(four.slice(0, 3), members, { numStandbyReplicas: 1 }))).toEqual({
      'a/1': '0_0 | 0_2',
      'b/1': '0_1 | 0_0',
      'c/1': '0_2 | 0_1',
    })
  })

  test('with fewer processes than copies has as many as fit', () => {
    expect(told(assign([task('0_0')], [member('a/1'), member('b/1')], { numStandbyReplicas: 5 }))).toEqual({
      'a/1': '0_0 |',
      'b/1': '| 0_0',
    })
  })
})

describe('a process that joins', () => {
  const old = member('a/1', { sums: sums(running, ...names), owned: names })

  test('warms up first, as many tasks at a time as allowed', () => {
    expect(told(assign(four, [old, member('b/1')]))).toEqual({
      'a/1': '0_0 0_1 0_2 0_3 | probing',
      'b/1': '| 0_0 0_1',
    })
    expect(told(assign(four, [old, member('b/1')], { maxWarmupReplicas: 1 }))).toMatchObject({
      'b/1': '| 0_0',
    })
  })

  test('gets what it has caught up with when the owner has given it up, and keeps its state meanwhile', () => {
    const warm = member('b/1', { sums: { '0_0': 95_000, '0_1': 20 } })
    const first = assign(four, [old, warm])
    expect(told(first)).toEqual({ 'a/1': '0_1 0_2 0_3 | probing', 'b/1': '| 0_1 0_0 now' })
    expect(first.members.get('b/1')!.promised.map(({ name }) => name)).toEqual(['0_0'])
    const rest = names.slice(1)
    const revoked = member('a/1', { sums: { ...sums(running, ...rest), '0_0': 100_000 }, owned: rest })
    expect(told(assign(four, [revoked, warm], { promised: new Map([['0_0', 'b/1']]) }))).toEqual({
      'a/1': '0_1 0_2 0_3 | probing',
      'b/1': '0_0 | 0_1',
    })
  })

  test('need not have caught up where any lag will do', () => {
    const members = [member('a/1', { sums: sums(running, ...names) }), member('b/1')]
    expect(told(assign(four, members, { acceptableRecoveryLag: Number.POSITIVE_INFINITY }))).toEqual({
      'a/1': '0_2 0_3 |',
      'b/1': '0_0 0_1 |',
    })
  })

  test('has not caught up if it is not known how much it has, or has more than there is', () => {
    const strange = member('b/1', { sums: { '0_0': unknownOffsetSum, '0_1': 100_001 } })
    expect(told(assign(four, [old, strange]))).toMatchObject({ 'a/1': '0_0 0_1 0_2 0_3 | probing' })
  })
})

test('when a process leaves, its tasks go where most of their state is', () => {
  const members = [
    member('b/1', { sums: { '0_2': running, '0_0': 50_000, '0_1': 99_000 } }),
    member('c/1', { sums: { '0_3': running, '0_0': 98_000 } }),
  ]
  expect(told(assign(four, members))).toEqual({ 'b/1': '0_1 0_2 |', 'c/1': '0_0 0_3 |' })
})

test('what is unknown is taken for more than what is known to be far behind, as in Java', () => {
  const unknown = member('b/1', { sums: { '0_0': unknownOffsetSum } })
  expect(told(assign([task('0_0')], [member('a/1', { sums: { '0_0': 50_000 } }), unknown]))).toEqual({
    'a/1': '|',
    'b/1': '0_0 |',
  })
})

test('of what the threads of a process tell of a task, the most counts: they share the disk', () => {
  const members = [
    member('a/1', { sums: { '0_0': 5 } }),
    member('a/2', { sums: { '0_0': 99_000 } }),
    member('b/1', { sums: { '0_0': 50_000 } }),
  ]
  expect(told(assign([task('0_0')], members))).toEqual({ 'a/1': '|', 'a/2': '0_0 |', 'b/1': '|' })
})

test('a standby takes over though another has fewer tasks; and is relieved when that one has caught up', () => {
  const members = [
    member('b/1', { sums: { '0_0': running, '0_1': running, '0_2': 99_000, '0_3': 99_000 } }),
    member('c/1'),
  ]
  expect(told(assign(four, members, { numStandbyReplicas: 1 }))).toEqual({
    'b/1': '0_0 0_1 0_2 0_3 | probing',
    'c/1': '| 0_0 0_1 0_2 0_3',
  })
})

test('tasks stay with the thread that has them, standbys too', () => {
  const a = (n: number, active: string, standby: string) =>
    member(`a/${n}`, { sums: { [active]: running, [standby]: 90_000 }, owned: [active] })
  const members = [
    a(1, '0_1', '0_2'),
    a(2, '0_0', '0_3'),
    member('b/1', { sums: { '0_2': running, '0_1': 99_000 }, owned: ['0_2'] }),
    member('b/2', { sums: { '0_3': running, '0_0': 99_000 }, owned: ['0_3'] }),
  ]
  expect(told(assign(four, members, { numStandbyReplicas: 1 }))).toEqual({
    'a/1': '0_1 | 0_2',
    'a/2': '0_0 | 0_3',
    'b/1': '0_2 | 0_1',
    'b/2': '0_3 | 0_0',
  })
})

test('a task that moves to another thread of the process waits until the first has given it up', () => {
  const members = [member('a/1', { sums: sums(running, '0_0', '0_1'), owned: ['0_0', '0_1'] }), member('a/2')]
  expect(told(assign(four.slice(0, 2), members))).toEqual({ 'a/1': '0_1 |', 'a/2': '| now' })
})

test('what two members claim to own is given to neither at once', () => {
  const owner = (id: string) => member(id, { sums: { '0_0': running }, owned: ['0_0'] })
  const { members } = assign([task('0_0')], [owner('a/1'), owner('b/1')])
  expect([...members.values()].flatMap(({ active }) => active)).toEqual([])
  expect([...members.values()].map(({ rebalance }) => rebalance).sort()).toEqual(['none', 'now'])
})

test('when the ends of changelogs are not known, tasks stay, others go where most of their state is, for now', () => {
  const members = [
    member('a/1', { sums: sums(running, '0_0', '0_1', '0_2') }),
    member('b/1', { sums: { '0_3': 7 } }),
    member('c/1', { sums: { '0_3': 8 } }),
  ]
  expect(told(assign([...four, task('1_0-')], members, { ends: 'unknown' }))).toEqual({
    'a/1': '0_0 0_1 0_2 | probing',
    'b/1': '1_0 |',
    'c/1': '0_3 |',
  })
})
