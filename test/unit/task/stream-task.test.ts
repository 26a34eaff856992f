import { expect, test } from 'vitest'
import { StreamTask, type StreamTaskParts } from '../../../src/task/stream-task.ts'

const meters = { follow() {}, read() {}, close() {} }

test('a processor or a store that cannot be closed leaves the state closed, and not as clean', async () => {
  const closed: unknown[] = []
  const parts = {
    id: { subtopology: 0, partition: 0 },
    inputs: [],
    clock: { monotonic: () => 0 },
    meters,
    processor: {
      close() {
        throw new Error('stuck')
      },
    },
    state: {
      async close(how: unknown) {
        closed.push(how)
      },
    },
  }
  const task = new StreamTask(parts as unknown as StreamTaskParts)
  await expect(task.close({ clean: true })).rejects.toThrowError('stuck')
  expect(closed).toEqual([{ clean: false }])
})

test('a last checkpoint that cannot be written leaves the state closed: another thread may open it', async () => {
  const closed: unknown[] = []
  const parts = {
    id: { subtopology: 0, partition: 0 },
    inputs: [],
    changelogs: [],
    clock: { monotonic: () => 0 },
    meters,
    processor: { close() {} },
    state: {
      cut: () => ({ rowCount: 1 }),
      submit: () => Promise.reject(new Error('disk full')),
      async close(how: unknown) {
        closed.push(how)
      },
    },
  }
  const task = new StreamTask(parts as unknown as StreamTaskParts)
  await expect(task.close({ clean: true })).rejects.toThrowError('disk full')
  expect(closed).toEqual([{ clean: false }])
})
