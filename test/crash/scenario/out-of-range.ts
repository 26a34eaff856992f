import type { CommittedOffset } from '../../../src/client/client.ts'
import { topicPartitionName } from '../../../src/core/topic-partition.ts'
import type { CrashRun } from '../crash-run.ts'
import { applicationId, userClicks } from '../job.ts'
import { inputTopics, pipelinePartitions } from '../pipeline.ts'
import { partitionsOf } from '../topic-log.ts'
import { until } from '../until.ts'
import type { Scenario } from './scenario.ts'

const policies = ['earliest', 'latest', 'none'] as const

export const outOfRange: Scenario = {
  name: 'out-of-range',
  about:
    'input is deleted beyond what is committed: it goes on at the first that is left, or at the end, or ends, as the policy says',
  // What the killed leave open is waited for.
  setting: { workers: { transactionTimeout: 1500 } },
  async round(run) {
    const policy = run.deal('policy', policies)
    // An input without a commit would begin at the end too.
    if (policy === 'latest') await everythingIsCommittedOnce(run)
    await run.kill(...run.workers)
    await run.rest(300, 800)
    await run.feeder.pause()
    await run.inputs.clicks.readOn()
    const deletions = await deleteUncommitted(run)
    if (policy === 'none') await failAll(run)
    const skipped = policy === 'latest' ? await goOnAtEnd(run, deletions) : goOnAtStart(run, deletions)
    return `deleted input beyond the committed offsets (${policy}): ${skipped} offsets skipped`
  },
}

/** Of a partition's log. */
interface Deletion {
  readonly partition: number
  /** Committed, and the first that is gone. */
  readonly from: number
  /** The first that is left. */
  readonly to: number
  readonly end: number
}

async function deleteUncommitted(run: CrashRun): Promise<readonly Deletion[]> {
  const partitions = partitionsOf(userClicks.name, pipelinePartitions)
  const ends = await run.client.listOffsets(partitions, 'latest', 'read_uncommitted')
  const committed = await run.client.committedOffsets(applicationId, partitions)
  const deletions = ends.flatMap(({ partition, offset: end }): readonly Deletion[] => {
    const from = offsetOf(committed, partition)
    return from < end ? [{ partition, from, to: run.random.int(from + 1, end), end }] : []
  })
  await run.client.deleteRecords(
    deletions.map(({ partition, to }) => ({ topic: userClicks.name, partition, offset: to })),
  )
  return deletions
}

function goOnAtStart(run: CrashRun, deletions: readonly Deletion[]): number {
  run.startAll({ offsetReset: 'earliest' })
  for (const { partition, from, to } of deletions) run.inputs.clicks.skip(partition, from, to)
  return deletions.reduce((sum, { from, to }) => sum + to - from, 0)
}

/**
 * As in Java a position that was reset is committed with the first record after it: a task that moves before begins at
 * the end of that time. So what counts is the last reset before the first commit.
 */
async function goOnAtEnd(run: CrashRun, deletions: readonly Deletion[]): Promise<number> {
  run.startAll({ offsetReset: 'latest' })
  const reset = (partition: number): number | undefined =>
    run.workers
      .flatMap(({ resets }) => resets)
      .filter((one) => one.topic === userClicks.name && one.partition === partition)
      .map(({ to }) => to)
      .sort((a, b) => b - a)[0]
  await until(
    'every position is reset',
    () => deletions.every(({ partition }) => reset(partition) !== undefined),
    60_000,
  )
  run.feeder.start()
  const partitions = partitionsOf(userClicks.name, pipelinePartitions)
  const isBeyond = async (): Promise<boolean> => {
    const committed = await run.client.committedOffsets(applicationId, partitions)
    return deletions.every(({ partition, end }) => offsetOf(committed, partition) > end)
  }
  await until('what comes behind is committed', isBeyond, 60_000)
  let skipped = 0
  for (const { partition, from, end } of deletions) {
    const to = reset(partition)!
    if (to < end)
      throw new Error(
        `${topicPartitionName(userClicks.name, partition)} was reset to ${to}, which is not its end: ${end}`,
      )
    run.inputs.clicks.skip(partition, from, to)
    skipped += to - from
  }
  return skipped
}

async function everythingIsCommittedOnce(run: CrashRun): Promise<void> {
  const inputs = inputTopics.flatMap((topic) => partitionsOf(topic, pipelinePartitions))
  const isCommitted = async (): Promise<boolean> => {
    const committed = await run.client.committedOffsets(applicationId, inputs)
    return inputs.every(({ topic, partition }) =>
      committed.some((one) => one.topic === topic && one.partition === partition && one.offset > 0),
    )
  }
  await until('every input has a committed offset', isCommitted)
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
