import { StreamsError } from '../../core/errors.ts'
import { topicPartitionName } from '../../core/topic-partition.ts'
import { type FindCoordinatorResponse, findCoordinator } from '../../protocol/api/find-coordinator.ts'
import {
  type MetadataRequest,
  type MetadataResponse,
  type MetadataTopic,
  metadata,
} from '../../protocol/api/metadata.ts'
import type { Api } from '../../protocol/codec.ts'
import { kafkaError, meansStaleCoordinator, protocolError } from '../../protocol/error-codes.ts'
import { checkCode, kafkaErrorOf } from '../../protocol/kafka-error.ts'
import type { ClientContext } from '../client.ts'
import { append } from './append.ts'
import type { Connection } from './connection.ts'
import { Connections } from './connections.ts'
import { type Address, addressName, type KafkaSettings } from './options.ts'
import { Retry, type RetryOptions } from './retry.ts'
import { isNetworkError } from './unreachable.ts'

export type CoordinatorType = 'group' | 'transaction'

const keyTypes: Readonly<Record<CoordinatorType, number>> = { group: 0, transaction: 1 }

export interface CoordinatorQuestion<Request, Response> {
  readonly type: CoordinatorType
  /** Group id or transactional id. */
  readonly key: string
  readonly connections: Connections
  readonly api: Api<Request, Response>
  /** Made anew for each attempt. */
  request(): Request
  /** Throws what the answer says. */
  check(response: Response): void
  /** Time that the broker may hold the answer back. */
  readonly waitMs?: number
}

/** What the client knows of the cluster - brokers, leaders, coordinators - and how it finds out. */
export class Cluster {
  readonly retry: Retry
  readonly context: ClientContext
  readonly settings: KafkaSettings
  /** For metadata, lookups and administration. */
  readonly admin: Connections
  /** What the client's close ends, until it is closed by itself. */
  readonly users: Set<{ close(): unknown }> = new Set()
  #brokers: ReadonlyMap<number, Address> = new Map()
  #controllerId = -1
  readonly #leaders = new Map<string, number>()
  readonly #coordinators = new Map<string, Address>()
  /** Topics asked for by the next refresh. */
  #wanted = new Set<string>()
  #refresh: Promise<void> | undefined

  constructor(settings: KafkaSettings, context: ClientContext) {
    this.settings = settings
    this.context = context
    this.retry = new Retry(context, settings)
    this.admin = this.connections()
  }

  /** Connections of their own for one more user. */
  connections(): Connections {
    return new Connections(this.settings, this.context.clock)
  }

  async close(): Promise<void> {
    await Promise.all([...this.users].map((user) => user.close()))
    this.retry.close()
    this.admin.close()
  }

  /** A connection for what any broker answers. */
  any(): Promise<Connection> {
    const addresses = [...this.#brokers.values(), ...this.settings.bootstrap]
    return this.admin.toAny([...new Map(addresses.map((one) => [addressName(one), one])).values()])
  }

  /** A connection to the controller (with KRaft, to the broker that forwards to it). */
  controller(): Promise<Connection> {
    const address = this.#brokers.get(this.#controllerId)
    return address ? this.admin.to(address) : this.any()
  }

  /** All of them, as last heard. */
  brokers(): readonly Address[] {
    return [...this.#brokers.values()]
  }

  broker(id: number): Address | undefined {
    return this.#brokers.get(id)
  }

  /** Broker id of a partition's leader as last heard, if there is one. */
  leader(topic: string, partition: number): number | undefined {
    const leader = this.#leaders.get(topicPartitionName(topic, partition))
    return leader !== undefined && this.#brokers.has(leader) ? leader : undefined
  }

  /** Whether the partition was there when it was last asked for; it may have no leader all the same. */
  knows(topic: string, partition: number): boolean {
    return this.#leaders.has(topicPartitionName(topic, partition))
  }

  /** Looks for the leaders of a topic anew; calls at the same time share one request. Tried until it succeeds. */
  refreshLeaders(topic: string): Promise<void> {
    this.#wanted.add(topic)
    this.#refresh ??= Promise.resolve().then(() => {
      const topics = [...this.#wanted]
      this.#wanted = new Set()
      this.#refresh = undefined
      return this.retry.run(async () => {
        await this.describe(topics)
      })
    })
    return this.#refresh
  }

  /** Asks for topics, once. Those that do not exist have the error UNKNOWN_TOPIC_OR_PARTITION. */
  async describe(topics: readonly string[]): Promise<readonly MetadataTopic[]> {
    const { topics: described } = await this.#metadata(topics.map((name) => ({ name })))
    for (const { name, partitions } of described)
      for (const { partitionIndex, leaderId } of partitions)
        this.#leaders.set(topicPartitionName(name ?? '', partitionIndex), leaderId)
    return described
  }

  /** Asks for all topics, once. Who leads them is not remembered: most are of no interest. */
  async describeAll(): Promise<readonly MetadataTopic[]> {
    return (await this.#metadata(null)).topics
  }

  /**
   * The leader's broker id of each partition, grouped by broker; asked for where it is not known.
   * @throws StreamsError `protocol-error` (UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE), which is retriable
   */
  async byLeader<T extends { readonly topic: string; readonly partition: number }>(
    partitions: readonly T[],
  ): Promise<ReadonlyMap<number, readonly T[]>> {
    const unknown = partitions.filter(({ topic, partition }) => this.leader(topic, partition) === undefined)
    if (unknown.length > 0) await this.describe([...new Set(unknown.map(({ topic }) => topic))])
    const groups = new Map<number, T[]>()
    for (const one of partitions) {
      const leader = this.leader(one.topic, one.partition)
      if (leader === undefined)
        throw protocolError(kafkaError.LEADER_NOT_AVAILABLE, topicPartitionName(one.topic, one.partition))
      append(groups, leader, one)
    }
    return groups
  }

  /** Forgets who leads these: the next use asks. */
  forgetLeaders(partitions: readonly { readonly topic: string; readonly partition: number }[]): void {
    for (const { topic, partition } of partitions) this.#leaders.delete(topicPartitionName(topic, partition))
  }

  /** They were deleted. */
  forgetTopics(topics: ReadonlySet<string>): void {
    for (const name of this.#leaders.keys())
      if (topics.has(name.slice(0, name.lastIndexOf('-')))) this.#leaders.delete(name)
  }

  /**
   * Sends a request to the coordinator of a group or transactional id, and again, perhaps to another broker, while that
   * may help.
   */
  ask<Request, Response>(
    question: CoordinatorQuestion<Request, Response>,
    options: RetryOptions = {},
  ): Promise<Response> {
    return this.retry.run(() => this.askOnce(question), options)
  }

  async askOnce<Request, Response>(question: CoordinatorQuestion<Request, Response>): Promise<Response> {
    const { type, key, connections, api, request, check, waitMs = 0 } = question
    try {
      const address = await this.#coordinator(type, key)
      const connection = await connections.to(address)
      const response = await connection.send(api, request(), { waitMs })
      check(response)
      return response
    } catch (error) {
      if (isNetworkError(error) || meansStaleCoordinator(kafkaErrorOf(error) ?? 0))
        this.#coordinators.delete(coordinatorName(type, key))
      throw error
    }
  }

  async #coordinator(type: CoordinatorType, key: string): Promise<Address> {
    const name = coordinatorName(type, key)
    const known = this.#coordinators.get(name)
    if (known) return known
    const connection = await this.any()
    const response = await connection.send(findCoordinator, { key, keyType: keyTypes[type] })
    const address = found(response, `FindCoordinator of ${type} ${key}`)
    this.#coordinators.set(name, address)
    return address
  }

  async #metadata(topics: MetadataRequest['topics']): Promise<MetadataResponse> {
    const connection = await this.any()
    const response = await connection.send(metadata, { topics, allowAutoTopicCreation: false })
    const brokers = new Map<number, Address>()
    for (const { nodeId, host, port } of response.brokers) brokers.set(nodeId, { host, port })
    this.#brokers = brokers
    this.#controllerId = response.controllerId
    return response
  }
}

function coordinatorName(type: CoordinatorType, key: string): string {
  return `${type} ${key}`
}

function found({ errorCode, host, port }: FindCoordinatorResponse, where: string): Address {
  checkCode(errorCode, where)
  if (host !== '' && port > 0) return { host, port }
  throw new StreamsError('protocol-malformed', `${where}: the answer has no address`)
}
