import type { Client, ClientContext } from '../../src/client/client.ts'
import type { EmbeddedCluster } from '../../src/client/embedded/cluster.ts'
import type { Random } from '../crash/random.ts'
import { FaultyLink } from './faulty-link.ts'
import type { Invariants } from './invariants.ts'
import type { Life } from './life.ts'
import { type Mutation, mutate } from './mutations.ts'
import type { Nemesis } from './nemesis.ts'
import type { Scheduler } from './scheduler.ts'
import { SlowFetcher } from './slow-fetcher.ts'

export interface SimulatedClientParts {
  readonly life: Life
  readonly cluster: EmbeddedCluster
  readonly nemesis: Nemesis
  readonly scheduler: Scheduler
  readonly invariants: Invariants
  readonly random: Random
  readonly mutation: Mutation | undefined
}

/** Small, so that a partition is read in several stretches. */
const partitionBytes = [150, 1000, 2 ** 20] as const

/** A client of the embedded cluster whose way there is faulty. It ends when its process is killed. */
export function simulatedClient(context: ClientContext, parts: SimulatedClientParts): Client {
  const { life, cluster, nemesis, scheduler, invariants, random, mutation } = parts
  const client = cluster.createClient(context, new FaultyLink(life, nemesis))
  life.signal.addEventListener('abort', () => void client.close(), { once: true })
  const simulated: Client = {
    topics: (names) => client.topics(names),
    listTopics: () => client.listTopics(),
    createTopics: (topics) => client.createTopics(topics),
    listOffsets: (partitions, at, isolation) => client.listOffsets(partitions, at, isolation),
    committedOffsets: (groupId, partitions) => client.committedOffsets(groupId, partitions),
    deleteRecords: (before) => client.deleteRecords(before),
    removeMember: (groupId, memberId, reason) => client.removeMember(groupId, memberId, reason),
    fetcher(options) {
      const inner = client.fetcher({ ...options, partitionBytes: random.pick(partitionBytes) })
      return new SlowFetcher(inner, { life, nemesis, scheduler, random, options })
    },
    producer(options) {
      const { transactionalId } = options
      const producer = client.producer(options)
      if (transactionalId !== undefined) life.transactionalIds.add(transactionalId)
      life.producers.add(producer)
      return producer
    },
    group(options) {
      const member = client.group({
        ...options,
        assign: async (members) => {
          const assignments = await options.assign(members)
          invariants.assigned(life, assignments)
          return assignments
        },
      })
      life.members.add(member)
      return member
    },
    admin: client.admin,
    close: () => client.close(),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
  return mutate(simulated, mutation)
}
