import type { Client, TopicDescription } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import type { TaskId } from '../core/task-id.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import type { InternalTopicSettings } from '../plan/internal-topic-configs.ts'
import { type InternalTopic, internalTopics, subtopologyPartitions } from '../plan/internal-topics.ts'
import { withMatchedTopics } from '../plan/matched-topics.ts'
import { topicName } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import { patternSources, readsTopic } from '../plan/topic-pattern.ts'
import { InternalTopicCheck } from './internal-topic-check.ts'

export interface SourceTopicsOptions {
  readonly plan: Plan
  readonly applicationId: string
  readonly client: Client
  readonly replicationFactor: number
  readonly internalTopics: InternalTopicSettings
  readonly logger: Logger
}

type Topics = ReadonlyMap<string, TopicDescription>

/**
 * The topics that tasks read, as one member of the group knows them: which ones the patterns match, how many partitions
 * they have, and whether that is still so.
 */
export class SourceTopics {
  readonly #options: SourceTopicsOptions
  readonly #byPattern: boolean
  readonly #check: InternalTopicCheck
  /** With the topics that patterns match. */
  #plan: Plan
  /** All topics of the cluster, if there are patterns. */
  #listed: Topics | undefined
  /** Of the topics that tasks read, as this member found them when it gave out the tasks. */
  readonly #partitions = new Map<string, number>()
  /** It gave out the tasks of the last rebalance, and so watches their partitions. */
  #leads = false

  constructor(options: SourceTopicsOptions) {
    this.#options = options
    this.#plan = options.plan
    this.#check = new InternalTopicCheck(options.client, options.logger)
    this.#byPattern = patternSources(options.plan).length > 0
  }

  /** What the member subscribes to: where there are patterns only topics that exist, as Java's consumer does. Sorted. */
  get names(): readonly string[] {
    const names = this.#sources().map(({ name }) => name)
    return [...new Set(names)].filter((name) => this.#listed?.has(name) ?? true).sort()
  }

  /**
   * Finds out what patterns match. Call it before each join.
   * @throws StreamsError `topology-invalid` if two patterns match one topic.
   */
  async refresh(): Promise<void> {
    const { plan, client, logger } = this.#options
    this.#leads = false
    if (!this.#byPattern) return
    this.#listed = await client.listTopics()
    this.#plan = withMatchedTopics(plan, this.#listed.keys())
    for (const { name, topics, pattern } of patternSources(this.#plan))
      if (topics.length === 0) logger.warn({ node: name }, `${name}: no topic matches ${pattern} yet`)
  }

  /**
   * As the leader: checks source topics and makes internal ones.
   * @returns the number of tasks by id of the subtopology.
   * @throws StreamsError `topic-missing`, `topic-mismatch`, `topology-invalid`
   */
  async prepare(): Promise<ReadonlyMap<number, number>> {
    const { applicationId, client, internalTopics: settings } = this.#options
    const globals = this.#plan.globalStores.flatMap(({ source }) => source.topics)
    const found = this.#listed ?? (await client.topics([...this.#external(), ...globals]))
    const partitionsOf = (topic: string): number | undefined => found.get(topic)?.partitions
    const wanted = internalTopics(this.#plan, applicationId, partitionsOf, settings)
    await this.#makeReady(wanted)
    this.#partitions.clear()
    for (const { name, partitions } of wanted) this.#partitions.set(name, partitions)
    for (const name of this.#external()) this.#partitions.set(name, partitionsOf(name)!)
    this.#leads = true
    return subtopologyPartitions(this.#plan, partitionsOf)
  }

  /** What a task reads, once this member has prepared the topics. */
  inputsOf({ subtopology, partition }: TaskId): readonly TopicPartition[] {
    return this.#sources()
      .filter(
        (source) =>
          source.subtopology === subtopology && partition < (this.#partitions.get(source.name) ?? 0),
      )
      .map(({ name }) => ({ topic: name, partition }))
  }

  /**
   * Whether tasks are to be given out anew: patterns match other topics than before the last join, or, for the leader,
   * a topic has another number of partitions (ConsumerCoordinator.rejoinNeededOrPending).
   */
  async changed(): Promise<boolean> {
    if (!this.#byPattern && !this.#leads) return false
    const { client } = this.#options
    const found = this.#byPattern ? await client.listTopics() : await client.topics(this.#external())
    return this.#othersMatch(found) || (this.#leads && this.#partitionsDiffer(found))
  }

  #othersMatch(found: Topics): boolean {
    if (!this.#listed) return false
    const before = this.#readOf(this.#listed)
    const now = this.#readOf(found)
    return before.size !== now.size || [...before].some((name) => !now.has(name))
  }

  /** One that is not there at the moment, perhaps because the broker has just started, is no reason. */
  #partitionsDiffer(found: Topics): boolean {
    return this.#external().some((name) => {
      const now = found.get(name)?.partitions
      return now !== undefined && now !== this.#partitions.get(name)
    })
  }

  /** Of these topics those that tasks read, but for the internal ones: they come with the first assignment. */
  #readOf(topics: Topics): ReadonlySet<string> {
    const { plan, applicationId } = this.#options
    const sources = plan.subtopologies.flatMap((one) => one.sources).filter(({ internal }) => !internal)
    return new Set(
      [...topics.keys()].filter((name) => sources.some((source) => readsTopic(source, applicationId, name))),
    )
  }

  async #makeReady(wanted: readonly InternalTopic[]): Promise<void> {
    const { client, replicationFactor } = this.#options
    const existing = await client.topics(wanted.map(({ name }) => name))
    for (const { name, partitions } of wanted) {
      const actual = existing.get(name)?.partitions
      if (actual === undefined || actual === partitions) continue
      throw new StreamsError(
        'topic-mismatch',
        `internal topic ${name} has ${actual} partitions, but the topology needs ${partitions}`,
      )
    }
    void this.#check.look(wanted.filter(({ name }) => existing.has(name)))
    await client.createTopics(
      wanted
        .filter(({ name }) => !existing.has(name))
        .map(({ name, partitions, config }) => ({ name, partitions, replicationFactor, configs: config })),
    )
  }

  #external(): readonly string[] {
    return this.#sources().flatMap(({ name, internal }) => (internal ? [] : [name]))
  }

  #sources(): readonly SourceTopic[] {
    const { applicationId } = this.#options
    return this.#plan.subtopologies.flatMap(({ id, sources }) =>
      sources.flatMap(({ topics, internal }) =>
        topics.map((topic) => ({
          name: topicName(applicationId, topic, internal),
          internal,
          subtopology: id,
        })),
      ),
    )
  }
}

interface SourceTopic {
  /** The real one. */
  readonly name: string
  readonly internal: boolean
  readonly subtopology: number
}
