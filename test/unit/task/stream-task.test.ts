import { expect, test } from 'vitest'
import { StreamTask, type StreamTaskParts } from '../../../src/task/stream-task.ts'

test('a processor or a store that cannot be closed leaves the state closed, and not as clean', async () => {
  const closed: unknown[] = []
  const parts = {
    id: { subtopology: 0, partition: 0 },
    inputs: [],
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
