import type { CommittedOffset, Producer } from '../client/client.ts'
import type { StreamTask } from './stream-task.ts'

/**
 * Commits what the tasks have processed since the last commit, in one transaction: outputs and changelogs first, then
 * the input offsets under the group's generation, then EndTxn. Whatever fails leaves nothing committed, and the
 * caller throws the tasks away. Their checkpoints may be taken only after this has returned, and before the next
 * record: state on disk never holds what was not committed.
 *
 * @param sendOffsets gives the input offsets to the producer, under the member's generation.
 * @returns how many records were committed.
 * @throws StreamsError `fenced` or `transaction-aborted`, which a new start from the last commit mends; others are fatal.
 */
export async function commitTasks(
  tasks: readonly StreamTask[],
  producer: Producer,
  sendOffsets: (offsets: readonly CommittedOffset[]) => Promise<void>,
): Promise<number> {
  const changed = tasks.filter((task) => task.uncommitted)
  if (changed.length === 0) return 0
  for (const task of changed) task.flush()
  await producer.flush()
  await sendOffsets(changed.flatMap((task) => task.offsets()))
  await producer.commit()
  let records = 0
  for (const task of changed) records += task.committed()
  return records
}
