import type { Client, Producer } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import type { Hooks } from '../core/hooks.ts'
import type { Logger } from '../core/logger.ts'
import type { ResolvedOptions } from '../core/options.ts'
import { type TaskId, taskName } from '../core/task-id.ts'
import type { Clock } from '../core/time/clock.ts'
import { type TopicPartition, topicPartitionName } from '../core/topic-partition.ts'
import { changelogTopic } from '../plan/internal-topics.ts'
import { type Lowered, lower } from '../plan/lower.ts'
import { topicName } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import { type StoreSpec, storeFingerprint } from '../plan/store-spec.ts'
import type { Subtopology } from '../plan/subtopology.ts'
import { decodeOffsetMetadata } from '../protocol/offset-metadata.ts'
import type { StateDirectory } from '../store/state-directory.ts'
import { TaskState } from '../store/task-state.ts'
import type { Changelog } from './changelog.ts'
import { buildRecordTask } from './record-task-builder.ts'
import { buildRegionTask } from './region-task-builder.ts'
import { StreamTask } from './stream-task.ts'
import { partitionsOf, type TaskBuilderParts } from './task-builder.ts'
import { gatherFacts, type TaskFacts } from './task-facts.ts'

export interface TaskOpenerOptions {
  readonly plan: Plan
  readonly options: ResolvedOptions
  readonly client: Client
  readonly clock: Clock
  readonly hooks: Hooks
  readonly logger: Logger
  readonly directory: StateDirectory
}

/** The broker's default delete.retention.ms: how long a compacted changelog keeps its tombstones. */
const deleteRetentionMs = 24 * 3_600_000

/** Opens tasks: what the broker knows of them, their local state, and the processor that their subtopology needs. */
export class TaskOpener {
  readonly #options: TaskOpenerOptions
  readonly #lowered = new Map<number, Lowered>()

  constructor(options: TaskOpenerOptions) {
    this.#options = options
  }

  /** @param producer of the thread that will run the tasks. @throws StreamsError `topic-missing`, `offset-out-of-range`, `state-full` ... */
  async open(ids: readonly TaskId[], producer: Producer): Promise<readonly StreamTask[]> {
    if (ids.length === 0) return []
    const openings = ids.map((id) => this.#opening(id))
    const { client, options } = this.#options
    const facts = await gatherFacts(
      client,
      options.applicationId,
      openings.map(({ input }) => input),
      openings.flatMap(({ changelogs }) => changelogs),
      openings.flatMap(({ input, sinks }) => [input.topic, ...sinks]),
    )
    const tasks: StreamTask[] = []
    try {
      for (const opening of openings) tasks.push(await this.#openTask(opening, facts, producer))
    } catch (error) {
      await Promise.all(tasks.map((task) => task.close({ clean: false })))
      throw error
    }
    return tasks
  }

  #opening(id: TaskId): Opening {
    const { plan, options } = this.#options
    const subtopology = plan.subtopologies[id.subtopology]
    const source = subtopology?.sources[0]
    const topic = source?.topics[0]
    if (
      !subtopology ||
      !source ||
      topic === undefined ||
      subtopology.sources.length > 1 ||
      source.topics.length > 1
    )
      throw new StreamsError('internal', `task ${taskName(id)} has not exactly one input topic`)
    const { applicationId } = options
    return {
      id,
      subtopology,
      input: { topic: topicName(applicationId, topic, source.internal), partition: id.partition },
      changelogs: subtopology.stores
        .filter(({ changelog }) => changelog !== 'off')
        .map(({ name }) => ({ topic: changelogTopic(applicationId, name), partition: id.partition })),
      sinks: subtopology.nodes.flatMap((node) =>
        node.kind === 'sink' ? [topicName(applicationId, node.topic, node.internal)] : [],
      ),
    }
  }

  async #openTask(opening: Opening, facts: TaskFacts, producer: Producer): Promise<StreamTask> {
    const { id, subtopology, input } = opening
    const position = this.#position(input, facts)
    const state = await this.#openState(opening, facts)
    try {
      const changelogs = subtopology.stores
        .filter(({ changelog }) => changelog !== 'off')
        .map((store) => this.#changelog(store, opening, facts, state))
      const lowered = this.#lower(subtopology)
      const { partitionTime, processors } = decodeOffsetMetadata(
        facts.committed.get(topicPartitionName(input.topic, input.partition))?.metadata ?? '',
      )
      const { clock, hooks, options } = this.#options
      const parts: TaskBuilderParts = {
        id,
        input,
        subtopology,
        state,
        producer,
        facts,
        options,
        partitionTime,
        operatorTimes: processors,
        dropped: (node, reason, count) => hooks.emit('dropped', { task: taskName(id), node, reason, count }),
      }
      const built = lowered.kind === 'region' ? buildRegionTask(parts, lowered) : buildRecordTask(parts)
      for (const store of built.stores.values()) state.register(store.state)
      return new StreamTask({
        id,
        input,
        inputPartitions: partitionsOf(parts, input.topic),
        position,
        state,
        changelogs,
        clock,
        hooks,
        acknowledged: ({ topic, partition }) => producer.acknowledged(topic, partition),
        ...built,
      })
    } catch (error) {
      await state.close({ clean: false })
      throw error
    }
  }

  #lower(subtopology: Subtopology): Lowered {
    const { kernel } = this.#options.options
    if (kernel === 'off') return { kind: 'js', reason: "kernel: 'off'" }
    const lowered = this.#lowered.get(subtopology.id) ?? lower(subtopology)
    this.#lowered.set(subtopology.id, lowered)
    return lowered
  }

  /** Where to read on. @throws StreamsError `offset-out-of-range` if there is no commit and the policy is `none`. */
  #position(input: TopicPartition, facts: TaskFacts): number {
    const name = topicPartitionName(input.topic, input.partition)
    const committed = facts.committed.get(name)
    if (committed) return committed.offset
    const { offsetReset } = this.#options.options
    if (offsetReset === 'earliest') return facts.earliest.get(name) ?? 0
    if (offsetReset === 'latest') return facts.latest.get(name) ?? 0
    throw new StreamsError(
      'offset-out-of-range',
      `${name} has no committed offset, and offsetReset is 'none'`,
    )
  }

  async #openState({ id, subtopology }: Opening, facts: TaskFacts): Promise<TaskState> {
    const { options, clock, directory, hooks, logger } = this.#options
    const { stores } = subtopology
    const kept = stores.every(({ engine, changelog }) => engine === 'lmdb' && changelog !== 'off')
    const state = await TaskState.open({
      task: id,
      stores: stores.map((store) => {
        const topic = changelogTopic(options.applicationId, store.name)
        return {
          name: store.name,
          fingerprint: storeFingerprint(store),
          changelogTopic: topic,
          changelogTopicId: facts.topics.get(topic)?.id ?? '',
          changelogPartition: id.partition,
          changelogStart: facts.earliest.get(topicPartitionName(topic, id.partition)) ?? 0,
          changelogEnd: facts.latest.get(topicPartitionName(topic, id.partition)) ?? 0,
        }
      }),
      storage: kept ? { kind: 'disk', directory, mapSizeBytes: options.stateMapSize } : { kind: 'memory' },
      deleteRetentionMs,
      clock,
    })
    if (state.setAside) {
      const task = taskName(id)
      const { reason, movedTo } = state.setAside
      logger.warn({ task, movedTo }, `state of task ${task} is restored from its changelog: ${reason}`)
      hooks.emit('stateSetAside', { task, reason, movedTo })
    }
    return state
  }

  #changelog(store: StoreSpec, { id }: Opening, facts: TaskFacts, state: TaskState): Changelog {
    const topic = changelogTopic(this.#options.options.applicationId, store.name)
    const name = topicPartitionName(topic, id.partition)
    return {
      store: store.name,
      topic,
      partition: id.partition,
      topicId: facts.topics.get(topic)?.id ?? '',
      end: facts.latest.get(name) ?? 0,
      next: state.offsets.get(store.name) ?? facts.earliest.get(name) ?? 0,
    }
  }
}

interface Opening {
  readonly id: TaskId
  readonly subtopology: Subtopology
  readonly input: TopicPartition
  readonly changelogs: readonly TopicPartition[]
  /** Topics written to. */
  readonly sinks: readonly string[]
}
