import type { Client } from '../../src/client/client.ts'
import { applicationId } from './job.ts'
import { byCustomer, inputTopics, pipelinePartitions } from './pipeline.ts'
import { partitionsOf } from './topic-log.ts'
import { until } from './until.ts'

const usualLimitMs = 90_000

/** Waits until everything in the input topics, and in the repartition topic behind them, is committed. @param check throws if that will not be. */
export async function caughtUp(client: Client, check: () => void, limitMs = usualLimitMs): Promise<void> {
  // What is committed of the first may have written to the second.
  for (const topics of [inputTopics, [byCustomer]]) {
    const input = topics.flatMap((topic) => partitionsOf(topic, pipelinePartitions))
    let [due, committed] = ['', '']
    const done = async (): Promise<boolean> => {
      check()
      const ends = await client.listOffsets(input, 'latest', 'read_uncommitted')
      due = texts(ends.filter(({ offset }) => offset > 0))
      committed = texts(await client.committedOffsets(applicationId, input))
      return due === committed
    }
    await until(() => `all of ${due} is committed, not only ${committed}`, done, limitMs)
  }
}

function texts(
  offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[],
): string {
  return offsets
    .map(({ topic, partition, offset }) => `${topic}-${partition}:${offset}`)
    .sort()
    .join(' ')
}
