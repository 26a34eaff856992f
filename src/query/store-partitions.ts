import type { Client, TopicDescription } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import { topicName } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import type { Subtopology } from '../plan/subtopology.ts'
import { readsTopic } from '../plan/topic-pattern.ts'
import type { StreamThreadHandle } from '../thread/stream-thread-handle.ts'

export interface StorePartitionsParts {
  readonly plan: Plan
  readonly applicationId: string
  readonly client: Client
  threads(): readonly StreamThreadHandle[]
}

/** How many partitions stores have: as many as the subtopology has tasks that they belong to. */
export class StorePartitions {
  readonly #parts: StorePartitionsParts
  /** Tasks of a subtopology, by its id. Only what topics that match a pattern later change is asked for again. */
  readonly #tasks = new Map<number, number>()
  /** By store. */
  readonly #subtopologies = new Map<string, Subtopology>()

  constructor(parts: StorePartitionsParts) {
    this.#parts = parts
  }

  /** @throws StreamsError `store-unknown` */
  subtopologyOf(store: string): Subtopology {
    const known = this.#subtopologies.get(store)
    if (known) return known
    const found = this.#parts.plan.subtopologies.find(({ stores }) =>
      stores.some(({ name }) => name === store),
    )
    if (found) {
      this.#subtopologies.set(store, found)
      return found
    }
    throw new StreamsError('store-unknown', `no subtopology has a store '${store}'`)
  }

  /**
   * Queries go on without a broker where a task knows: only an instance that has none must ask.
   * @throws StreamsError `store-not-ready` if no topic exists yet
   */
  async count(subtopology: Subtopology): Promise<number> {
    const known = this.known(subtopology)
    if (known !== undefined) return known
    const found = await this.#topicsOf(subtopology)
    if (found.length === 0)
      throw new StreamsError(
        'store-not-ready',
        `no topic that subtopology ${subtopology.id} reads exists (yet)`,
      )
    return this.#keep(subtopology, Math.max(...found.map(({ partitions }) => partitions)))
  }

  /** The same, if it is known without a broker. */
  known(subtopology: Subtopology): number | undefined {
    const { id } = subtopology
    const kept = this.#tasks.get(id)
    if (kept !== undefined) return kept
    for (const { partitions } of this.#parts.threads()) {
      const known = partitions.get(id)
      if (known !== undefined) return this.#keep(subtopology, known)
    }
    return undefined
  }

  #keep({ id, sources }: Subtopology, tasks: number): number {
    if (!sources.some(({ pattern }) => pattern)) this.#tasks.set(id, tasks)
    return tasks
  }

  async #topicsOf({ sources }: Subtopology): Promise<readonly TopicDescription[]> {
    const { client, applicationId } = this.#parts
    if (sources.some(({ pattern }) => pattern)) {
      const all = [...(await client.listTopics()).values()]
      return all.filter(({ name }) => sources.some((source) => readsTopic(source, applicationId, name)))
    }
    const names = sources.flatMap(({ topics, internal }) =>
      topics.map((topic) => topicName(applicationId, topic, internal)),
    )
    return [...(await client.topics(names)).values()]
  }
}
