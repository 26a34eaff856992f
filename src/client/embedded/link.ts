import type { EmbeddedCluster } from './cluster.ts'

/** A request of a client, by its name in Kafka's protocol. */
export interface LinkRequest {
  readonly api:
    | 'Metadata'
    | 'CreateTopics'
    | 'ListOffsets'
    | 'OffsetFetch'
    | 'DeleteRecords'
    | 'InitProducerId'
    | 'AddPartitionsToTxn'
    | 'Produce'
    | 'AddOffsetsToTxn'
    | 'TxnOffsetCommit'
    | 'EndTxn'
    | 'JoinGroup'
    | 'SyncGroup'
    | 'Heartbeat'
    | 'LeaveGroup'
    | 'ListGroups'
    | 'DescribeGroups'
    | 'OffsetCommit'
    | 'OffsetDelete'
    | 'DeleteTopics'
    | 'DescribeConfigs'
  /** Written to. */
  readonly topic?: string
  /** Of an end of a transaction. */
  readonly committed?: boolean
}

/** The way of a client's requests to the cluster, and of the answers back: a simulation puts one in that fails. */
export interface Link {
  /** @param handle what the cluster does when the request arrives. A request that is sent again arrives again. */
  carry<T>(request: LinkRequest, handle: () => T | Promise<T>): Promise<T>
}

type Run<T> = (cluster: EmbeddedCluster, now: number) => T | Promise<T>

/** A client's connection to the cluster. */
export class Connection {
  readonly cluster: EmbeddedCluster
  readonly #link: Link | undefined

  /** @param link without it requests arrive in the next turn, in the order of the calls, and nothing fails. */
  constructor(cluster: EmbeddedCluster, link: Link | undefined) {
    this.cluster = cluster
    this.#link = link
  }

  request<T>(request: LinkRequest, run: Run<T>): Promise<T> {
    if (!this.#link) return this.cluster.request(run)
    return this.#link.carry(request, () => this.cluster.handle(run))
  }
}
