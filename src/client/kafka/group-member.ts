import type { StreamsError } from '../../core/errors.ts'
import { type HeartbeatRequest, type HeartbeatResponse, heartbeat } from '../../protocol/api/heartbeat.ts'
import { kafkaError } from '../../protocol/error-codes.ts'
import { checkCode, kafkaErrorOf } from '../../protocol/kafka-error.ts'
import type { GroupMember, GroupMetadata, GroupOptions, JoinedGroup } from '../client.ts'
import type { Cluster } from './cluster.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import { Heartbeats } from './heartbeats.ts'
import { leaveLimitMs, leaveQuestion } from './leave-group.ts'
import { Membership } from './membership.ts'
import { Rebalance } from './rebalance.ts'
import { isNetworkError } from './unreachable.ts'

/** A member of a classic group: it joins by a `Rebalance`, and beats in between. */
export class KafkaGroupMember implements GroupMember {
  readonly #cluster: Cluster
  readonly #coordinator: GroupCoordinator
  readonly #membership: Membership
  readonly #heart: Heartbeats
  readonly #rebalance: Rebalance
  #joining = false
  onRejoin: (() => void) | undefined

  constructor(cluster: Cluster, options: GroupOptions) {
    this.#cluster = cluster
    this.#coordinator = new GroupCoordinator(cluster, options.groupId)
    this.#membership = new Membership(options, () => this.onRejoin?.())
    this.#heart = new Heartbeats(cluster, options, {
      beat: (limitMs) => this.#heartbeat(limitMs),
      refused: (error) => this.#refused(error),
      expired: () => this.#expire(),
    })
    this.#rebalance = new Rebalance(this.#coordinator, options, this.#membership, this.#heart)
    cluster.users.add(this)
  }

  get rejoin(): boolean {
    return this.#membership.rejoin
  }

  get lost(): boolean {
    return this.#membership.lost
  }

  get losses(): number {
    return this.#membership.losses
  }

  get group(): GroupMetadata {
    return this.#membership.group
  }

  async join(signal?: AbortSignal): Promise<JoinedGroup> {
    signal?.throwIfAborted()
    let stop = (): void => {}
    const stopped = new Promise<never>((_, reject) => {
      stop = () => {
        this.#coordinator.reset()
        reject(signal?.reason)
      }
    })
    signal?.addEventListener('abort', stop, { once: true })
    this.#joining = true
    try {
      return await Promise.race([this.#rebalance.run(signal), stopped])
    } finally {
      this.#joining = false
      signal?.removeEventListener('abort', stop)
    }
  }

  /** Tried once: a broker that does not hear of it waits for the session to end. */
  async leave(reason: string): Promise<void> {
    const { groupId, memberId, groupInstanceId } = this.group
    const question = leaveQuestion({ groupId, memberId, groupInstanceId, reason })
    this.#heart.stop()
    this.#membership.leave()
    try {
      if (memberId !== '') await this.#coordinator.askOnce(question, leaveLimitMs)
    } catch (error) {
      if (!isNetworkError(error)) throw error
      this.#cluster.context.logger.warn(
        { groupId, memberId, error },
        'the group was left without its knowledge',
      )
    } finally {
      this.#coordinator.reset()
    }
  }

  stop(): void {
    this.#heart.stop()
    this.#coordinator.reset()
  }

  /** For good: of the client. */
  close(): void {
    this.#heart.stop()
    this.#coordinator.close()
    this.#cluster.users.delete(this)
  }

  async #heartbeat(limitMs: number): Promise<void> {
    const { groupId, memberId, generationId, groupInstanceId } = this.group
    const request = (): HeartbeatRequest => ({ groupId, generationId, memberId, groupInstanceId })
    const check = ({ errorCode }: HeartbeatResponse): void => checkCode(errorCode, `Heartbeat of ${groupId}`)
    await this.#coordinator.askOnce({ api: heartbeat, request, check }, limitMs)
  }

  /** @returns whether it is a member all the same */
  #refused(error: StreamsError): boolean {
    if (kafkaErrorOf(error) !== kafkaError.REBALANCE_IN_PROGRESS) this.#membership.refuse(error)
    else if (!this.#joining) this.#membership.wantRejoin()
    return !this.lost
  }

  /** No heartbeat was answered for a session: by now the broker must have given up this member. */
  #expire(): void {
    this.#coordinator.reset()
    this.#membership.expire()
  }
}
