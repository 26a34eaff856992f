import { expect, test } from 'vitest'
import type { Client, PartitionOffset } from '../../../src/client/client.ts'
import { type Logger, silentLogger } from '../../../src/core/logger.ts'
import { resolveOptions } from '../../../src/core/options.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import type { StreamTask } from '../../../src/task/stream-task.ts'
import { RepartitionTopics } from '../../../src/thread/repartition-topics.ts'
import type { ThreadContext } from '../../../src/thread/thread-context.ts'

const read: readonly PartitionOffset[] = [{ topic: 'app-by-user-repartition', partition: 1, offset: 7 }]
const task = { committedRepartitions: () => read } as Partial<StreamTask> as StreamTask

interface Purging {
  readonly clock: ManualClock
  readonly topics: RepartitionTopics
  readonly deleted: (readonly PartitionOffset[])[]
  readonly warnings: string[]
}

function purging(deleteRecords: () => Promise<void> = async () => {}): Purging {
  const clock = new ManualClock(0)
  const deleted: (readonly PartitionOffset[])[] = []
  const warnings: string[] = []
  const logger: Logger = { ...silentLogger, warn: (_facts, text) => warnings.push(text) }
  const client = {
    deleteRecords: (before: readonly PartitionOffset[]) => {
      deleted.push(before)
      return deleteRecords()
    },
  } as Partial<Client> as Client
  const options = resolveOptions({ applicationId: 'app' })
  const context = {
    name: 'thread',
    clock,
    logger,
    client,
    options,
  } as Partial<ThreadContext> as ThreadContext
  return { clock, topics: new RepartitionTopics(context), deleted, warnings }
}

test('what is read and committed is deleted every 30 seconds', async () => {
  const { clock, topics, deleted } = purging()
  topics.purge([task])
  expect(deleted).toEqual([])
  clock.advance(30_000)
  topics.purge([task])
  topics.purge([task])
  expect(deleted).toEqual([read])
  await Promise.resolve()
  await Promise.resolve()
  await Promise.resolve()
  clock.advance(30_000)
  topics.purge([task])
  expect(deleted).toEqual([read, read])
})

test('one purge at a time; what fails is said, and tried again', async () => {
  let fail: (error: Error) => void = () => {}
  const { clock, topics, deleted, warnings } = purging(
    () =>
      new Promise((_resolve, reject) => {
        fail = reject
      }),
  )
  clock.advance(30_000)
  topics.purge([task])
  clock.advance(30_000)
  topics.purge([task])
  expect(deleted).toHaveLength(1)
  fail(new Error('no broker'))
  await new Promise((resolve) => process.nextTick(resolve))
  expect(warnings).toEqual(['repartition topics were not purged'])
  topics.purge([task])
  expect(deleted).toHaveLength(2)
})
