import type { Client, Fetched, Fetcher } from '../client/client.ts'
import type { Hooks } from '../core/hooks.ts'
import type { Clock } from '../core/time/clock.ts'
import { topicPartitionName } from '../core/topic-partition.ts'
import type { Changelog } from './changelog.ts'
import type { StreamTask } from './stream-task.ts'

export interface RestoreContext {
  readonly clock: Clock
  readonly hooks: Hooks
  /** Asked between stretches: something more urgent is waiting. What was restored so far is kept. */
  interrupted(): boolean
}

/** Waiting for a transaction's end, whether something more urgent came up is asked this often. */
const pollMs = 100

/**
 * Replays the changelogs of the tasks from where their checkpoints end to where the changelog ended when the tasks
 * were opened. That end counts records whose transaction marker has not arrived yet: reading committed data only,
 * up to it, waits for the marker instead of missing the transaction (KAFKA-10167).
 */
export async function restoreTasks(
  tasks: readonly StreamTask[],
  client: Client,
  context: RestoreContext,
): Promise<void> {
  const behind = new Map<string, Restoring>()
  for (const task of tasks) {
    for (const changelog of task.changelogs) {
      if (changelog.next >= changelog.end) continue
      const name = topicPartitionName(changelog.topic, changelog.partition)
      behind.set(name, {
        task,
        changelog,
        from: changelog.next,
        start: context.clock.monotonic(),
        records: 0,
      })
    }
  }
  if (behind.size > 0) await replay(behind, client, context)
  for (const task of tasks) if (task.changelogs.every(({ next, end }) => next >= end)) task.begin()
}

interface Restoring {
  readonly task: StreamTask
  readonly changelog: Changelog
  readonly from: number
  readonly start: number
  records: number
}

async function replay(
  behind: Map<string, Restoring>,
  client: Client,
  context: RestoreContext,
): Promise<void> {
  const fetcher = client.fetcher({
    isolation: 'read_committed',
    partitionBytes: 2 ** 20,
    bufferBytes: 16 * 2 ** 20,
    offsetReset: 'none',
  })
  try {
    for (const { changelog } of behind.values()) fetcher.add(changelog, changelog.next)
    while (behind.size > 0 && !context.interrupted()) {
      for (const stretch of await fetcher.poll(pollMs)) await apply(stretch, behind, fetcher, context)
    }
  } finally {
    await fetcher.close()
  }
}

async function apply(
  stretch: Fetched,
  behind: Map<string, Restoring>,
  fetcher: Fetcher,
  { clock, hooks }: RestoreContext,
): Promise<void> {
  const name = topicPartitionName(stretch.topic, stretch.partition)
  const restoring = behind.get(name)
  if (!restoring) {
    stretch.release()
    return
  }
  const { task, changelog, from, start } = restoring
  restoring.records += task.restore(changelog, stretch)
  await task.keepWithinMemory()
  await clock.turn()
  if (changelog.next < changelog.end) return
  fetcher.remove(changelog)
  behind.delete(name)
  hooks.emit('restored', {
    task: task.name,
    store: changelog.store,
    from,
    to: changelog.next,
    records: restoring.records,
    durationMs: clock.monotonic() - start,
  })
}
