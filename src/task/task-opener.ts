import type { Client, Producer } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import type { Hooks } from '../core/hooks.ts'
import type { Logger } from '../core/logger.ts'
import type { ResolvedOptions } from '../core/options.ts'
import { type TaskId, taskName } from '../core/task-id.ts'
import type { Clock } from '../core/time/clock.ts'
import { type TopicPartition, topicPartitionName } from '../core/topic-partition.ts'
import { storeTopic } from '../plan/internal-topics.ts'
import { type Lowered, lower } from '../plan/lower.ts'
import { topicName } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import { isOnDisk, isRestored, type StoreSpec, storeFingerprint } from '../plan/store-spec.ts'
import type { Subtopology } from '../plan/subtopology.ts'
import { decodeOffsetMetadata } from '../protocol/offset-metadata.ts'
import { usualDeleteRetentionMs } from '../store/checkpoint.ts'
import { type RecordCache, TaskCache } from '../store/record-cache.ts'
import type { StateDirectory } from '../store/state-directory.ts'
import { TaskState } from '../store/task-state.ts'
import type { Changelog } from './changelog.ts'
import { buildRecordTask } from './record-task-builder.ts'
import { buildRegionTask } from './region-task-builder.ts'
import { inputReset, startPositions } from './start-positions.ts'
import { StreamTask } from './stream-task.ts'
import type { OpenedInput, TaskBuilderParts } from './task-builder.ts'
import { gatherFacts, type TaskFacts } from './task-facts.ts'
import { type InputPartition, taskInputs } from './task-inputs.ts'
import { TaskMeters } from './task-meters.ts'
import type { TaskTimeout } from './task-timeout.ts'
import type { ThreadMeters } from './thread-meters.ts'

export interface TaskOpenerOptions {
  readonly plan: Plan
  readonly options: ResolvedOptions
  readonly client: Client
  readonly clock: Clock
  readonly hooks: Hooks
  readonly logger: Logger
  readonly taskTimeout: TaskTimeout
  readonly meters: ThreadMeters
  readonly directory: StateDirectory
  /** Typed stores of the global tables, by name. */
  readonly globalStores: ReadonlyMap<string, unknown>
  /** The thread's; undefined: nothing is cached. */
  readonly cache: RecordCache | undefined
}

/** Whether a task is to run, or to keep a copy of one that runs elsewhere. */
export type TaskRole = 'active' | 'standby'

/** Opens tasks: what the broker knows of them, their local state, and the processor that their subtopology needs. */
export class TaskOpener {
  readonly #options: TaskOpenerOptions
  readonly #lowered = new Map<number, Lowered>()
  /** Topics that no sink names: that of dead letters, and those that records or handlers have named. */
  readonly #namedTopics = new Set<string>()

  constructor(options: TaskOpenerOptions) {
    this.#options = options
    const { deadLetterTopic } = options.options
    if (deadLetterTopic !== undefined) this.#namedTopics.add(deadLetterTopic)
  }

  /**
   * @param inputs what each task is to read, by its name.
   * @param producer of the thread that will run the tasks.
   * @throws StreamsError `task-timeout`, `topic-missing`, `offset-out-of-range`, `state-full` ...
   */
  async open(
    ids: readonly TaskId[],
    inputs: ReadonlyMap<string, readonly TopicPartition[]>,
    producer: Producer,
    role: TaskRole,
  ): Promise<readonly StreamTask[]> {
    if (ids.length === 0) return []
    const { client, options, taskTimeout } = this.#options
    const openings = ids.map((id) => this.#opening(id, inputs.get(taskName(id)) ?? []))
    const { facts, starts } = await taskTimeout.run(`to open ${ids.map(taskName).join(', ')}`, async () => {
      const facts = await gatherFacts(client, options.applicationId, openings)
      return { facts, starts: await this.#starts(openings, facts, role) }
    })
    const tasks: StreamTask[] = []
    try {
      for (const opening of openings) tasks.push(await this.#openTask(opening, facts, producer, starts, role))
    } catch (error) {
      await Promise.all(tasks.map((task) => task.close({ clean: false })))
      throw error
    }
    return tasks
  }

  #opening(id: TaskId, assigned: readonly TopicPartition[]): Opening {
    const { plan, options } = this.#options
    const { applicationId } = options
    const subtopology = plan.subtopologies.find((one) => one.id === id.subtopology)
    if (!subtopology)
      throw new StreamsError('internal', `task ${taskName(id)} is of a subtopology that does not exist`)
    return {
      id,
      subtopology,
      inputs: taskInputs(subtopology, applicationId, assigned),
      changelogs: subtopology.stores
        .filter(isRestored)
        .map((store) => ({ topic: storeTopic(applicationId, store), partition: id.partition })),
      sinks: [
        ...this.#namedTopics,
        ...subtopology.nodes.flatMap((node) =>
          node.kind === 'sink' && !node.topicOf ? [topicName(applicationId, node.topic, node.internal)] : [],
        ),
      ],
      anyTopic: subtopology.nodes.some((node) => node.kind === 'sink' && node.topicOf !== undefined),
    }
  }

  async #openTask(
    opening: Opening,
    facts: TaskFacts,
    producer: Producer,
    starts: ReadonlyMap<string, number>,
    role: TaskRole,
  ): Promise<StreamTask> {
    const { id, subtopology } = opening
    const operatorTimes = new Map<string, number>()
    const inputs = opening.inputs
      .filter(({ topic, partition }) => partition < facts.partitionsOf(topic))
      .map((input) => this.#openInput(input, facts, operatorTimes, starts))
    const state = await this.#openState(opening, facts)
    const meters = new TaskMeters(this.#options.meters, taskName(id), role)
    const cache = this.#options.cache && new TaskCache(this.#options.cache)
    try {
      const changelogs = subtopology.stores
        .filter(isRestored)
        .map((store) => this.#changelog(store, opening, facts, state))
      const lowered = this.#lower(subtopology)
      const { clock, directory, hooks, options, globalStores } = this.#options
      const parts: TaskBuilderParts = {
        id,
        inputs,
        subtopology,
        bytes: state.bytes,
        storeTask: {
          applicationId: options.applicationId,
          taskId: taskName(id),
          partition: id.partition,
          directory: () => directory.taskDirectory(id),
        },
        producer,
        options,
        clock,
        cache,
        globalStores,
        operatorTimes,
        partitionsOf: (topic) => this.#partitionsOf(topic, facts),
        ...meters.ofStores,
        dropped: (node, reason, count) => {
          meters.dropped(count)
          hooks.emit('dropped', { task: taskName(id), node, reason, count })
        },
      }
      const built = lowered.kind === 'region' ? buildRegionTask(parts, lowered) : buildRecordTask(parts)
      for (const store of built.stores.values()) state.register(store.state)
      return new StreamTask({
        id,
        partitions: Math.max(...opening.inputs.map(({ topic }) => facts.partitionsOf(topic))),
        state,
        changelogs,
        clock,
        hooks,
        meters,
        cache: parts.cache,
        acknowledged: ({ topic, partition }) => producer.acknowledged(topic, partition),
        ...built,
      })
    } catch (error) {
      cache?.close()
      meters.close()
      await state.close({ clean: false })
      throw error
    }
  }

  /** Nothing in the midst of processing can ask for a topic: the tasks are opened anew, and it is asked for then. */
  #partitionsOf(topic: string, facts: TaskFacts): number {
    const found = facts.topics.get(topic)
    if (found) return found.partitions
    this.#namedTopics.add(topic)
    throw new StreamsError('transaction-aborted', `topic '${topic}' was not known: it is looked for`)
  }

  /** @param operatorTimes takes the times that the last commit left, the latest of each. */
  #openInput(
    input: InputPartition,
    facts: TaskFacts,
    operatorTimes: Map<string, number>,
    starts: ReadonlyMap<string, number>,
  ): OpenedInput {
    const { topic, partition, source } = input
    const name = topicPartitionName(topic, partition)
    const { partitionTime, processors } = decodeOffsetMetadata(facts.committed.get(name)?.metadata ?? '')
    for (const [node, time] of processors)
      operatorTimes.set(node, Math.max(time, operatorTimes.get(node) ?? time))
    return {
      partition: { topic, partition },
      source: source.name,
      internal: source.internal,
      position: starts.get(name) ?? 0,
      offsetReset: inputReset(source, this.#options.options.offsetReset),
      end: facts.latest.get(name) ?? 0,
      partitionTime,
    }
  }

  #lower(subtopology: Subtopology): Lowered {
    const { kernel } = this.#options.options
    if (kernel === 'off') return { kind: 'js', reason: "kernel: 'off'" }
    const lowered =
      this.#lowered.get(subtopology.id) ?? lower(subtopology, this.#options.options.cacheMaxBytes > 0)
    this.#lowered.set(subtopology.id, lowered)
    return lowered
  }

  /** Where the tasks read on; a standby reads none of it. @throws StreamsError as of `startPositions`. */
  async #starts(
    openings: readonly Opening[],
    facts: TaskFacts,
    role: TaskRole,
  ): Promise<ReadonlyMap<string, number>> {
    if (role === 'standby') return new Map()
    const { client, options, clock } = this.#options
    const inputs = openings
      .flatMap((opening) => opening.inputs)
      .filter(({ topic, partition }) => partition < facts.partitionsOf(topic))
    return startPositions(client, inputs, facts, { offsetReset: options.offsetReset, clock })
  }

  async #openState({ id, subtopology }: Opening, facts: TaskFacts): Promise<TaskState> {
    const { options, clock, directory, hooks, logger } = this.#options
    const { stores } = subtopology
    const state = await TaskState.open({
      task: id,
      stores: stores.filter(isOnDisk).map((store) => {
        const topic = storeTopic(options.applicationId, store)
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
      memoryStores: stores
        .filter((store) => !isOnDisk(store))
        .map((store) => ({ name: store.name, fingerprint: storeFingerprint(store) })),
      storage: { kind: 'disk', directory, mapSizeBytes: options.stateMapSize },
      deleteRetentionMs: usualDeleteRetentionMs,
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
    const topic = storeTopic(this.#options.options.applicationId, store)
    const name = topicPartitionName(topic, id.partition)
    const earliest = facts.earliest.get(name) ?? 0
    return {
      store: store.name,
      topic,
      partition: id.partition,
      topicId: facts.topics.get(topic)?.id ?? '',
      isSource: store.sourceTopic !== undefined,
      end:
        store.sourceTopic === undefined
          ? (facts.latest.get(name) ?? 0)
          : (facts.committed.get(name)?.offset ?? earliest),
      next: state.offsets.get(store.name) ?? earliest,
    }
  }
}

interface Opening {
  readonly id: TaskId
  readonly subtopology: Subtopology
  readonly inputs: readonly InputPartition[]
  readonly changelogs: readonly TopicPartition[]
  /** Topics written to, as far as they are known beforehand. */
  readonly sinks: readonly string[]
  readonly anyTopic: boolean
}
