import type { CommittedOffset, PartitionOffset } from '../../../src/client/client.ts'
import type { CrashRun } from '../crash-run.ts'
import { applicationId, userClicks } from '../job.ts'
import { pipelinePartitions } from '../pipeline.ts'
import { partitionsOf } from '../topic-log.ts'
import type { Scenario } from './scenario.ts'

/**
 * Not `latest`: a position that was reset is committed with the first record after it, as in Java, so that what is
 * skipped is not known if the task moves before.
 */
const policies = ['earliest', 'none'] as const

export const outOfRange: Scenario = {
  name: 'out-of-range',
  about:
    'input is deleted beyond what is committed: it goes on at the first that is left, or ends, as the policy says',
  // What the killed leave open is waited for.
  setting: { workers: { transactionTimeout: 1500 } },
  async round(run) {
    const policy = run.deal('policy', policies)
    await run.kill(...run.workers)
    await run.rest(300, 800)
    await run.feeder.pause()
    await run.inputs.clicks.readOn()
    const skipped = await deleteUncommitted(run)
    if (policy === 'none') await failAll(run)
    run.startAll({ offsetReset: 'earliest' })
    return `deleted input beyond the committed offsets (${policy}): ${skipped} offsets skipped`
  },
}

/** @returns how many offsets the job is not to see now. */
async function deleteUncommitted(run: CrashRun): Promise<number> {
  const partitions = partitionsOf(userClicks.name, pipelinePartitions)
  const ends = await run.client.listOffsets(partitions, 'latest', 'read_uncommitted')
  const committed = await run.client.committedOffsets(applicationId, partitions)
  let skipped = 0
  const deleted: PartitionOffset[] = []
  for (const { topic, partition, offset: end } of ends) {
    const from = offsetOf(committed, partition)
    if (from >= end) continue
    const to = run.random.int(from + 1, end)
    deleted.push({ topic, partition, offset: to })
    run.inputs.clicks.skip(partition, from, to)
    skipped += to - from
  }
  await run.client.deleteRecords(deleted)
  return skipped
}

function offsetOf(committed: readonly CommittedOffset[], partition: number): number {
  return committed.find((one) => one.partition === partition)?.offset ?? 0
}

/** Nobody says where to go on: both end, one after the other, with nothing committed. */
async function failAll(run: CrashRun): Promise<void> {
  run.startAll({ offsetReset: 'none' })
  for (const { code, message } of await Promise.all(run.workers.map((worker) => worker.failure())))
    if (code !== 'offset-out-of-range') throw new Error(`a worker failed of something else: ${message}`)
}
