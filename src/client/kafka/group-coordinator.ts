import { within } from '../../core/time/within.ts'
import type { Cluster, CoordinatorQuestion } from './cluster.ts'
import type { Connections } from './connections.ts'
import { brokerUnreachable } from './unreachable.ts'

export type GroupQuestion<Request, Response> = Pick<
  CoordinatorQuestion<Request, Response>,
  'api' | 'request' | 'check'
>

/**
 * The coordinator of a group, as one member asks it. The connection is the member's own: the broker holds a JoinGroup
 * back until all have joined, and with it all that follows on the connection.
 */
export class GroupCoordinator {
  readonly #cluster: Cluster
  readonly #groupId: string
  readonly #connections: Connections

  constructor(cluster: Cluster, groupId: string) {
    this.#cluster = cluster
    this.#groupId = groupId
    this.#connections = cluster.connections()
  }

  /** Asks again for as long as that may help, as Java's consumer does without telling; the broker may hold the answer back for `waitMs`. */
  ask<Request, Response>(
    question: GroupQuestion<Request, Response>,
    waitMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const request = (): Request => {
      signal?.throwIfAborted()
      return question.request()
    }
    return this.#cluster.ask({ ...this.#ofGroup(question), request, waitMs }, { signal, forEver: true })
  }

  /** One attempt. @throws StreamsError `broker-unreachable` after `limitMs` */
  askOnce<Request, Response>(question: GroupQuestion<Request, Response>, limitMs: number): Promise<Response> {
    const answer = this.#cluster.askOnce(this.#ofGroup(question))
    return within(this.#cluster.context.clock, limitMs, answer, () =>
      brokerUnreachable(`of group ${this.#groupId}`, `did not answer ${question.api.name} in time`),
    )
  }

  /** Pending questions fail; a later one connects anew. */
  reset(): void {
    this.#connections.reset()
  }

  /** For good. */
  close(): void {
    this.#connections.close()
  }

  #ofGroup<Request, Response>(
    question: GroupQuestion<Request, Response>,
  ): CoordinatorQuestion<Request, Response> {
    return { ...question, type: 'group', key: this.#groupId, connections: this.#connections }
  }
}
