import type { Client, TopicDescription } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import { taskName } from '../core/task-id.ts'
import { topicName } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { Subtopology } from '../plan/subtopology.ts'
import { readsTopic } from '../plan/topic-pattern.ts'
import { partitionFor } from '../protocol/partitioner.ts'
import type { StoredValue } from '../task/task-store.ts'
import type { StreamThreadHandle } from '../thread/stream-thread-handle.ts'

export interface RouterOptions {
  readonly plan: Plan
  readonly applicationId: string
  readonly client: Client
  threads(): readonly StreamThreadHandle[]
}

/** Finds the task that has a key: here, or at another instance. */
export class Router {
  readonly #options: RouterOptions
  /** Tasks of a subtopology, by its id. Only what topics that match a pattern later change is asked for again. */
  readonly #tasks = new Map<number, number>()

  constructor(options: RouterOptions) {
    this.#options = options
  }

  /**
   * Reads one key of the task that holds it, in the thread that runs it. @param windowStart ms; 0 without windows.
   * @throws StreamsError `store-not-ready` during start, restore and rebalance; `store-elsewhere` with
   * `details.owner` (`host:port`, null if that instance gave no applicationServer).
   */
  async read(store: StoreSpec, key: Uint8Array, windowStart: number): Promise<StoredValue | undefined> {
    const subtopology = this.#subtopologyOf(store)
    const partition = partitionFor(key, await this.#tasksOf(subtopology))
    const task = { subtopology: subtopology.id, partition }
    const threads = this.#options.threads().filter(({ assignment }) => assignment)
    const runs = threads.find(({ assignment }) =>
      assignment?.tasks.some((id) => taskName(id) === taskName(task)),
    )
    if (runs) {
      const read = await runs.read({ task, store: store.name, key, windowStart })
      if (read.here) return read.found
      throw notReady(store, 'it is being restored')
    }
    const [assignment] = threads.flatMap((thread) => thread.assignment ?? [])
    if (!assignment) throw notReady(store, 'tasks are being assigned')
    const owner = assignment.owners.find(({ partitions }) =>
      partitions.some((input) => input.partition === partition && this.#reads(subtopology, input.topic)),
    )
    const address = owner ? `${owner.host}:${owner.port}` : null
    throw new StreamsError(
      'store-elsewhere',
      `the key belongs to partition ${partition} of store '${store.name}', which ${address ?? 'an instance without applicationServer'} has`,
      { details: { owner: address, partition } },
    )
  }

  #subtopologyOf(store: StoreSpec): Subtopology {
    const found = this.#options.plan.subtopologies.find(({ stores }) =>
      stores.some(({ name }) => name === store.name),
    )
    if (found) return found
    throw new StreamsError('store-unknown', `no subtopology has a store '${store.name}'`)
  }

  /** Queries go on without a broker where a task knows: only an instance that has none must ask. */
  async #tasksOf(subtopology: Subtopology): Promise<number> {
    const known = this.#tasksKnownHere(subtopology) ?? this.#tasks.get(subtopology.id)
    if (known !== undefined) return known
    const found = await this.#topicsOf(subtopology)
    if (found.length === 0)
      throw new StreamsError(
        'store-not-ready',
        `no topic that subtopology ${subtopology.id} reads exists (yet)`,
      )
    const tasks = Math.max(...found.map(({ partitions }) => partitions))
    if (!subtopology.sources.some(({ pattern }) => pattern)) this.#tasks.set(subtopology.id, tasks)
    return tasks
  }

  async #topicsOf(subtopology: Subtopology): Promise<readonly TopicDescription[]> {
    const { client, applicationId } = this.#options
    const { sources } = subtopology
    if (sources.some(({ pattern }) => pattern)) {
      const all = [...(await client.listTopics()).values()]
      return all.filter(({ name }) => this.#reads(subtopology, name))
    }
    const names = sources.flatMap(({ topics, internal }) =>
      topics.map((topic) => topicName(applicationId, topic, internal)),
    )
    return [...(await client.topics(names)).values()]
  }

  #tasksKnownHere({ id }: Subtopology): number | undefined {
    for (const { partitions } of this.#options.threads()) {
      const known = partitions.get(id)
      if (known !== undefined) return known
    }
    return undefined
  }

  #reads({ sources }: Subtopology, topic: string): boolean {
    return sources.some((source) => readsTopic(source, this.#options.applicationId, topic))
  }
}

function notReady({ name }: StoreSpec, why: string): StreamsError {
  return new StreamsError('store-not-ready', `store '${name}' is not ready: ${why}`)
}
