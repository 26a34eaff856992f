import type { Client } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import { type TopicPartition, topicPartitionName } from '../core/topic-partition.ts'
import { storeTopic } from '../plan/internal-topics.ts'
import type { Plan } from '../plan/plan.ts'
import { isRestored, type StoreSpec } from '../plan/store-spec.ts'
import type { GroupMember, Task } from './group-model.ts'

export interface ChangelogEndsOptions {
  readonly plan: Plan
  readonly applicationId: string
  readonly client: Client
  readonly logger: Logger
}

/** Stores of the subtopology that a task's state lies in; a subtopology without any is stateless. */
export function restoredStores(plan: Plan, subtopology: number): readonly StoreSpec[] {
  return plan.subtopologies.find(({ id }) => id === subtopology)?.stores.filter(isRestored) ?? []
}

/**
 * How long the changelogs of each stateful task are, all together, so that members can be compared
 * (StreamsPartitionAssignor.populateClientStatesMap). Nobody is asked if there is nothing to compare.
 * @returns by task name; undefined if the brokers do not say.
 */
export async function changelogEnds(
  tasks: readonly Task[],
  members: readonly GroupMember[],
  options: ChangelogEndsOptions,
): Promise<ReadonlyMap<string, number> | undefined> {
  if (!isComparable(members)) return new Map()
  const changelogs = tasks.flatMap((task) => changelogsOf(task, options))
  try {
    return sumByTask(changelogs, await endsOf(changelogs, options))
  } catch (error) {
    if (!StreamsError.is(error)) throw error
    options.logger.warn(
      { code: error.code },
      `the ends of changelogs are not known, so tasks stay where they are and are assigned anew later: ${error.message}`,
    )
    return undefined
  }
}

/** There are several processes, and one has state. */
function isComparable(members: readonly GroupMember[]): boolean {
  const processes = new Set(members.map(({ processId }) => processId))
  return processes.size > 1 && members.some(({ offsetSums }) => offsetSums.size > 0)
}

interface TaskChangelog extends TopicPartition {
  readonly task: string
  /** It is a source topic: the store has taken what is committed, no more. */
  readonly isSource: boolean
}

function changelogsOf(
  { id, name }: Task,
  { plan, applicationId }: ChangelogEndsOptions,
): readonly TaskChangelog[] {
  return restoredStores(plan, id.subtopology).map((store) => ({
    task: name,
    topic: storeTopic(applicationId, store),
    partition: id.partition,
    isSource: store.sourceTopic !== undefined,
  }))
}

/** By name of the partition. */
async function endsOf(
  changelogs: readonly TaskChangelog[],
  { client, applicationId }: ChangelogEndsOptions,
): Promise<ReadonlyMap<string, number>> {
  const ofKind = (source: boolean): readonly TopicPartition[] =>
    changelogs
      .filter(({ isSource }) => isSource === source)
      .map(({ topic, partition }) => ({ topic, partition }))
  const own = ofKind(false)
  const sources = ofKind(true)
  const [ends, committed] = await Promise.all([
    own.length > 0 ? client.listOffsets(own, 'latest', 'read_uncommitted') : [],
    sources.length > 0 ? client.committedOffsets(applicationId, sources) : [],
  ])
  return new Map(
    [...ends, ...committed].map(({ topic, partition, offset }) => [
      topicPartitionName(topic, partition),
      offset,
    ]),
  )
}

function sumByTask(
  changelogs: readonly TaskChangelog[],
  ends: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const { task, topic, partition } of changelogs) {
    const end = ends.get(topicPartitionName(topic, partition)) ?? 0
    sums.set(task, (sums.get(task) ?? 0) + end)
  }
  return sums
}
