import type { Client, Producer } from '../../src/client/client.ts'
import { mutate as mutateProducer } from '../crash/mutations.ts'
import { ProducerWrapper } from '../crash/producer-wrapper.ts'

/** `commit` says that it is done before it is, so that checkpoints hold what may never be committed. */
class EarlyCommit extends ProducerWrapper {
  #ending: Promise<void> = Promise.resolve()

  override async commit(): Promise<void> {
    await super.flush()
    if (!this.inTransaction) return
    this.#ending = super.commit()
    // Whoever uses the producer next is told of a failure.
    this.#ending.catch(() => {})
  }

  override async flush(): Promise<void> {
    await this.#ending
    await super.flush()
  }

  override async abort(): Promise<void> {
    await this.#ending.catch(() => {})
    await super.abort()
  }
}

/** Those of the crash harness that wait for nothing in real time. */
const ofProducers = [
  'outputs-after-end',
  'changelogs-after-end',
  'outputs-outside-transaction',
  'offsets-after-end',
  'offsets-without-generation',
  'skip-abort',
  'checkpoint-ahead-of-rows',
] as const

const ofClients = {
  'commit-answered-early': (client: Client): Client =>
    withProducers(client, (producer) => new EarlyCommit(producer)),
  'uncommitted-read': (client: Client): Client => ({
    ...client,
    fetcher: (options) => client.fetcher({ ...options, isolation: 'read_uncommitted' }),
  }),
  /** An end that misses the last transaction, whose markers arrive late (KAFKA-10167). */
  'restored-to-the-last-stable-offset': (client: Client): Client => ({
    ...client,
    listOffsets: (partitions, at) => client.listOffsets(partitions, at, 'read_committed'),
  }),
} as const

type OfProducer = (typeof ofProducers)[number]
type OfClient = keyof typeof ofClients

/** What the runtime asks of its client, broken on purpose: some seed must turn red for each. */
export type Mutation = OfProducer | OfClient

export const mutationNames: readonly Mutation[] = [...ofProducers, ...(Object.keys(ofClients) as OfClient[])]

export function isMutation(name: string): name is Mutation {
  return mutationNames.some((one) => one === name)
}

/** @param client an object of functions. */
export function mutate(client: Client, mutation: Mutation | undefined): Client {
  if (mutation === undefined) return client
  if (isOfClient(mutation)) return ofClients[mutation](client)
  return withProducers(client, (producer) => mutateProducer(producer, mutation))
}

function isOfClient(mutation: Mutation): mutation is OfClient {
  return Object.hasOwn(ofClients, mutation)
}

function withProducers(client: Client, wrap: (producer: Producer) => Producer): Client {
  return { ...client, producer: (options) => wrap(client.producer(options)) }
}
