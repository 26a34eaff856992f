import type { Client } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import { type OffsetReset, resetTarget } from '../core/offset-reset.ts'
import type { Clock } from '../core/time/clock.ts'
import { topicPartitionName } from '../core/topic-partition.ts'
import type { SourceNode } from '../plan/node.ts'
import type { TaskFacts } from './task-facts.ts'
import type { InputPartition } from './task-inputs.ts'

/** What an input does without a position. @param usual what the application says. */
export function inputReset({ internal, offsetReset }: SourceNode, usual: OffsetReset): OffsetReset {
  // Nothing that was written to a repartition topic may be left out.
  return internal ? 'earliest' : (offsetReset ?? usual)
}

/**
 * Where inputs begin, by `<topic>-<partition>`: at the committed offset, or where the policy of their topic says.
 * @throws StreamsError `offset-out-of-range` if there is no commit and the policy is `none`.
 */
export async function startPositions(
  client: Client,
  inputs: readonly InputPartition[],
  facts: TaskFacts,
  { offsetReset, clock }: { readonly offsetReset: OffsetReset; readonly clock: Clock },
): Promise<ReadonlyMap<string, number>> {
  const positions = new Map<string, number>()
  for (const { topic, partition, source } of inputs) {
    const name = topicPartitionName(topic, partition)
    const committed = facts.committed.get(name)
    const position = committed
      ? committed.offset
      : await resetPosition(client, { topic, partition }, facts, inputReset(source, offsetReset), clock)
    positions.set(name, position)
  }
  return positions
}

async function resetPosition(
  client: Client,
  { topic, partition }: Pick<InputPartition, 'topic' | 'partition'>,
  facts: TaskFacts,
  reset: OffsetReset,
  clock: Clock,
): Promise<number> {
  const name = topicPartitionName(topic, partition)
  if (reset === 'none')
    throw new StreamsError(
      'offset-out-of-range',
      `${name} has no committed offset, and offsetReset is 'none'`,
    )
  const target = resetTarget(reset, clock.now())
  if (target === 'earliest') return facts.earliest.get(name) ?? 0
  const end = facts.latest.get(name) ?? 0
  if (target === 'latest') return end
  const [found] = await client.listOffsets([{ topic, partition }], target, 'read_committed')
  return found && found.offset >= 0 ? found.offset : end
}
