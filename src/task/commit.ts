import type { GroupMetadata, Producer } from '../client/client.ts'
import type { StreamTask } from './stream-task.ts'

/**
 * Commits what the tasks have processed since the last commit, in one transaction: outputs and changelogs first, then
 * the input offsets under the group's generation, then EndTxn. Whatever fails leaves nothing committed, and the
 * caller throws the tasks away. Their checkpoints may be taken only after this has returned, and before the next
 * record: state on disk never holds what was not committed.
 *
 * @returns how many records were committed.
 * @throws StreamsError `fenced` or `transaction-aborted`, which a new start from the last commit mends; others are fatal.
 */
export async function commitTasks(
  tasks: readonly StreamTask[],
  producer: Producer,
  group: GroupMetadata,
): Promise<number> {
  const changed = tasks.filter((task) => task.uncommitted)
  if (changed.length === 0) return 0
  for (const task of changed) task.flush()
  await producer.flush()
  await producer.sendOffsets(
    changed.flatMap((task) => task.offsets()),
    group,
  )
  await producer.commit()
  let records = 0
  for (const task of changed) records += task.committed()
  return records
}
