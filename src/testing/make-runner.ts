import { type TaskId, taskName } from '../core/task-id.ts'
import { changelogTopic } from '../plan/internal-topics.ts'
import { lower } from '../plan/lower.ts'
import { type PlanNode, topicName } from '../plan/node.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { Subtopology } from '../plan/subtopology.ts'
import { MemoryStore } from '../store/memory-store.ts'
import { RecordCache } from '../store/record-cache.ts'
import { buildStateStores, type ChangelogAppend } from '../task/state-store-builder.ts'
import { withStores } from './driver-plan.ts'
import { Random } from './random.ts'
import { RecordRunner } from './record-runner.ts'
import { RegionRunner } from './region-runner.ts'
import type { RunnerParts } from './runner-parts.ts'
import { TaskRunners } from './task-runners.ts'
import type { TestRunner } from './test-runner.ts'

type Parts = RunnerParts & { readonly globalStores: ReadonlyMap<string, unknown> }

export interface Made {
  readonly runner: TestRunner
  readonly lowered: boolean
}

/** Runs the topology as a region of the kernel if all of it is one, else record at a time. */
export function makeRunner(given: Parts): Made {
  const plan = withStores(given.plan, (store) => ({ ...store, changelog: changelogOf(store, given) }))
  const parts = { ...given, plan }
  if (parts.partitions > 1 || parts.seed !== undefined) return { runner: taskRunners(parts), lowered: false }
  const region = regionRunner(parts)
  if (region) return { runner: region, lowered: true }
  const whole = { id: { subtopology: 0, partition: 0 }, nodes: plan.nodes, stores: plan.stores }
  return { runner: recordRunner(parts, whole, cacheOf(parts)), lowered: false }
}

function regionRunner(parts: Parts): RegionRunner | undefined {
  const { plan, options } = parts
  const [subtopology, ...others] = plan.subtopologies
  if (options.kernel === 'off' || !subtopology || others.length > 0 || plan.globalStores.length > 0)
    return undefined
  const lowered = lower(subtopology, options.cacheMaxBytes > 0)
  if (lowered.kind === 'js') return undefined
  const sender = parts.senderOf(0)
  return new RegionRunner({
    ...parts,
    subtopology,
    lowered,
    captured: ({ topic, key, value, timestamp, headers }) =>
      sender.send(topic, undefined, key, value, timestamp, headers),
  })
}

/** The tasks that an application has: for each subtopology as many as its topics have partitions. */
function taskRunners(parts: Parts): TaskRunners {
  const cache = cacheOf(parts)
  const tasks = parts.plan.subtopologies.flatMap((subtopology) =>
    Array.from({ length: taskCount(subtopology, parts) }, (_, partition) => {
      const { id, nodes, stores } = subtopology
      return recordRunner(parts, { id: { subtopology: id, partition }, nodes, stores }, cache)
    }),
  )
  return new TaskRunners(tasks, parts.seed === undefined ? undefined : new Random(parts.seed))
}

function taskCount({ sources }: Subtopology, { options, partitions, partitionsOf }: Parts): number {
  const counts = sources.flatMap(({ topics, internal, pattern }) =>
    pattern
      ? [partitions]
      : topics.map((topic) => partitionsOf(topicName(options.applicationId, topic, internal))),
  )
  return Math.max(...counts)
}

interface Task {
  readonly id: TaskId
  readonly nodes: readonly PlanNode[]
  readonly stores: readonly StoreSpec[]
}

function recordRunner(
  parts: Parts,
  { id, nodes, stores }: Task,
  cache: RecordCache | undefined,
): RecordRunner {
  const { options, clock } = parts
  const sender = parts.senderOf(id.partition)
  const bytes = new MemoryStore()
  const changelog = ({ name, changelog: mode, sourceTopic }: StoreSpec): ChangelogAppend | undefined => {
    if (mode === 'off' || sourceTopic !== undefined) return undefined
    const topic = changelogTopic(options.applicationId, name)
    return (key, value, timestamp, headers) => sender.log(topic, key, value, timestamp, headers)
  }
  return new RecordRunner({
    ...parts,
    taskId: taskName(id),
    partition: id.partition,
    nodes,
    sender,
    operatorTimes: new Map(),
    stores: (record) =>
      buildStateStores(stores, (spec) => ({
        bytes,
        record,
        changelog: changelog(spec),
        cache,
        clock,
        task: parts.directory.task(taskName(id), id.partition),
        expired: () => parts.dropped(spec.name, 'expired'),
      })),
  })
}

function cacheOf({ options: { cacheMaxBytes } }: Parts): RecordCache | undefined {
  return cacheMaxBytes > 0 ? new RecordCache(cacheMaxBytes) : undefined
}

function changelogOf({ changelog }: StoreSpec, parts: RunnerParts): StoreSpec['changelog'] {
  return changelog === 'off' || parts.changelog === 'as-declared' ? changelog : 'each'
}
