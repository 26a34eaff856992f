import { StreamsAssignor } from '../../../src/assign/streams-assignor.ts'
import type { Client, PartitionOffset, TopicDescription } from '../../../src/client/client.ts'
import { type AssignmentOptions, resolveAssignmentOptions } from '../../../src/core/assignment-options.ts'
import type { StreamsError } from '../../../src/core/errors.ts'
import { type Logger, silentLogger } from '../../../src/core/logger.ts'
import type { Clock } from '../../../src/core/time/clock.ts'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { usualTopicSettings } from '../../../src/plan/internal-topic-configs.ts'
import { decodeAssignmentInfo } from '../../../src/protocol/assignment-info.ts'
import { decodeAssignment } from '../../../src/protocol/consumer-protocol.ts'
import { string } from '../../../src/serde/scalars.ts'

export const now = 1_700_000_000_000
const clock = { now: () => now } as Partial<Clock> as Clock

/** Counts words in `in`, of 4 partitions, and passes `plain`, of 2, on. */
function plan() {
  const builder = new StreamsBuilder()
  builder
    .stream(topic('in', { key: string, value: string }))
    .groupByKey()
    .count({ store: { name: 'words' } })
  builder
    .stream(topic('plain', { key: string, value: string }))
    .to(topic('out', { key: string, value: string }))
  return builder.build()
}

/** A cluster whose changelogs end at 100,000, and what it was asked. */
export class Cluster {
  readonly asked: string[] = []
  readonly warnings: string[] = []
  failure: StreamsError | undefined

  get logger(): Logger {
    return { ...silentLogger, warn: (_facts, message) => this.warnings.push(message) }
  }

  get client(): Client {
    const partitions = new Map([
      ['in', 4],
      ['plain', 2],
    ])
    return {
      topics: async (names: readonly string[]) =>
        new Map(
          names
            .filter((name) => partitions.has(name))
            .map((name): [string, TopicDescription] => [
              name,
              { name, id: name, partitions: partitions.get(name)! },
            ]),
        ),
      createTopics: async () => {},
      listOffsets: async (list, at, isolation): Promise<readonly PartitionOffset[]> => {
        this.asked.push(`${list.map((one) => `${one.topic}-${one.partition}`).join(' ')} ${at} ${isolation}`)
        if (this.failure) throw this.failure
        return list.map((one) => ({ ...one, offset: 100_000 }))
      },
    } as Partial<Client> as Client
  }

  member(id: string, options: AssignmentOptions & { readonly server?: string } = {}): StreamsAssignor {
    const { server, ...assignment } = options
    return new StreamsAssignor({
      plan: plan(),
      applicationId: 'app',
      processId: `00000000-0000-0000-0000-00000000000${id}`,
      client: this.client,
      replicationFactor: 1,
      internalTopics: usualTopicSettings,
      logger: this.logger,
      clock,
      assignment: resolveAssignmentOptions(assignment, () => {}),
      clientTags: assignment.clientTags ?? {},
      applicationServer: server,
      localTasks: () => new Map([['0_9', 12]]),
    })
  }
}

interface Has {
  readonly running?: readonly string[]
  readonly sums?: Readonly<Record<string, number>>
  readonly owned?: readonly string[]
  readonly elsewhere?: readonly string[]
  readonly shutdown?: boolean
}

export function subscription(assignor: StreamsAssignor, has: Has = {}): Uint8Array {
  return assignor.subscription({
    running: has.running ?? [],
    offsetSums: new Map(Object.entries(has.sums ?? {})),
    owned: has.owned ?? [],
    elsewhere: new Set(has.elsewhere),
    shutdownRequested: has.shutdown ?? false,
  })
}

export const all = ['0_0', '0_1', '0_2', '0_3', '1_0', '1_1']

/** Lets the first one lead. @returns what each was told, decoded and as it takes it. */
export async function rebalance(...members: readonly (readonly [StreamsAssignor, Uint8Array])[]) {
  const assigned = await members[0]![0].assign(
    members.map(([, metadata], n) => ({ memberId: `m${n}`, groupInstanceId: null, metadata })),
  )
  return members.map(([assignor], n) => {
    const bytes = assigned.get(`m${n}`)!
    const info = decodeAssignmentInfo(decodeAssignment(bytes).userData!)
    return { info, taken: () => assignor.assignment(bytes) }
  })
}

/** A member that runs all tasks, told so by a rebalance of its own. */
export async function runsAll(cluster: Cluster, options: Parameters<Cluster['member']>[1] = {}) {
  const assignor = cluster.member('1', options)
  const [told] = await rebalance([assignor, subscription(assignor)])
  told!.taken()
  return { assignor, metadata: subscription(assignor, { running: all.slice(0, 4), owned: all }) }
}
