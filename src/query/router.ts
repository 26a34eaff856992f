import type { Client } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import { topicName } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import { partitionFor } from '../protocol/partitioner.ts'
import type { TaskStore } from '../task/task-store.ts'
import type { StreamThread } from '../thread/stream-thread.ts'

export interface RouterOptions {
  readonly plan: Plan
  readonly applicationId: string
  readonly client: Client
  thread(): StreamThread | undefined
}

/** Finds the task that has a key: here, or at another instance. */
export class Router {
  readonly #options: RouterOptions
  /** Partitions by topic: they do not change while an application runs. */
  readonly #partitions = new Map<string, number>()

  constructor(options: RouterOptions) {
    this.#options = options
  }

  /**
   * @returns the store of the task that holds the key, if this instance runs it.
   * @throws StreamsError `store-not-ready` during start, restore and rebalance; `store-elsewhere` with
   * `details.owner` (`host:port`, null if that instance gave no applicationServer).
   */
  async find(store: StoreSpec, key: Uint8Array): Promise<TaskStore> {
    const { subtopology, topic } = this.#inputOf(store)
    const partition = partitionFor(key, await this.#partitionsOf(topic, subtopology))
    const thread = this.#options.thread()
    const assignment = thread?.assignment
    if (!thread || !assignment)
      throw new StreamsError(
        'store-not-ready',
        `store '${store.name}' is not ready: tasks are being assigned`,
      )
    const task = thread.tasks.get({ subtopology, partition })
    const found = task?.restored ? task.stores.get(store.name) : undefined
    if (found) return found
    if (assignment.tasks.some((id) => id.subtopology === subtopology && id.partition === partition))
      throw new StreamsError('store-not-ready', `store '${store.name}' is not ready: it is being restored`)
    const owner = assignment.owners.find(({ partitions }) =>
      partitions.some((input) => input.topic === topic && input.partition === partition),
    )
    const address = owner ? `${owner.host}:${owner.port}` : null
    throw new StreamsError(
      'store-elsewhere',
      `the key belongs to partition ${partition} of store '${store.name}', which ${address ?? 'an instance without applicationServer'} has`,
      { details: { owner: address, partition } },
    )
  }

  #inputOf(store: StoreSpec): { readonly subtopology: number; readonly topic: string } {
    const { plan, applicationId } = this.#options
    const subtopology = plan.subtopologies.find(({ stores }) =>
      stores.some(({ name }) => name === store.name),
    )
    const source = subtopology?.sources[0]
    const topic = source?.topics[0]
    if (!subtopology || !source || topic === undefined)
      throw new StreamsError('store-unknown', `no subtopology has a store '${store.name}'`)
    return { subtopology: subtopology.id, topic: topicName(applicationId, topic, source.internal) }
  }

  /** Queries go on without a broker where a task knows: only an instance that has none must ask. */
  async #partitionsOf(topic: string, subtopology: number): Promise<number> {
    const known = this.#partitions.get(topic) ?? this.#partitionsHere(subtopology)
    if (known !== undefined) return known
    const found = (await this.#options.client.topics([topic])).get(topic)
    if (!found) throw new StreamsError('store-not-ready', `topic ${topic} does not exist (yet)`)
    this.#partitions.set(topic, found.partitions)
    return found.partitions
  }

  #partitionsHere(subtopology: number): number | undefined {
    for (const { id, partitions } of this.#options.thread()?.tasks ?? [])
      if (id.subtopology === subtopology) return partitions
    return undefined
  }
}
