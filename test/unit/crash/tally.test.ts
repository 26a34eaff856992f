import { expect, test } from 'vitest'
import { Tally } from '../../crash/tally.ts'

const checkpointed = { event: 'checkpointed', task: '0_1', rows: 5, at: 100 } as const
const restored = { event: 'restored', task: '0_1', from: 0, to: 9, since: 200 } as const

test('a restore from 0 is wrong if rows lay on the disk when it began', () => {
  const tally = new Tally()
  tally.hear('a', checkpointed)
  tally.hear('a', restored)
  expect(tally.restoredFromZero).toEqual(['task 0_1 of worker a, up to 9'])
})

test('a restore from 0 is right without a checkpoint, with an empty one, and with one that it made itself', () => {
  const tally = new Tally()
  tally.hear('b', checkpointed)
  tally.hear('a', { ...checkpointed, task: '0_2' })
  tally.hear('a', { ...checkpointed, rows: 0 })
  tally.hear('a', { ...checkpointed, at: 250 })
  tally.hear('a', restored)
  expect(tally.restoredFromZero).toEqual([])
})

test('a restore from a checkpoint is right', () => {
  const tally = new Tally()
  tally.hear('a', checkpointed)
  tally.hear('a', { ...restored, from: 4 })
  expect(tally.restoredFromZero).toEqual([])
  expect(tally.restoresFromCheckpoint).toBe(1)
})

test('kills are told apart by what the transaction was doing', () => {
  const tally = new Tally()
  for (const state of ['none', 'records', 'offsets', 'ending'] as const) tally.killed(state)
  expect([tally.kills, tally.killsInTransaction, tally.killsInEndTxn]).toEqual([4, 3, 1])
})
