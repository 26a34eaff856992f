import type { StreamsError } from '../../core/errors.ts'
import { type HeartbeatRequest, heartbeat } from '../../protocol/api/heartbeat.ts'
import { type JoinGroupRequest, type JoinGroupResponse, joinGroup } from '../../protocol/api/join-group.ts'
import { type LeaveGroupResponse, leaveGroup } from '../../protocol/api/leave-group.ts'
import {
  type SyncGroupAssignment,
  type SyncGroupRequest,
  type SyncGroupResponse,
  syncGroup,
} from '../../protocol/api/sync-group.ts'
import type { Api } from '../../protocol/codec.ts'
import { kafkaError } from '../../protocol/error-codes.ts'
import type { GroupMember, GroupMetadata, GroupOptions } from '../client.ts'
import type { Cluster, CoordinatorQuestion } from './cluster.ts'
import type { Connections } from './connections.ts'
import { Heartbeats } from './heartbeats.ts'
import { checkCode, kafkaErrorOf } from './kafka-error.ts'
import { brokerUnreachable, isNetworkError } from './unreachable.ts'
import { within } from './within.ts'

const protocolType = 'consumer'
const noGeneration = -1
/** Beyond what the broker itself may wait for the others. */
const joinMarginMs = 5000
const leaveLimitMs = 5000

type Joined = Awaited<ReturnType<GroupMember['join']>>

/**
 * A member of a classic group. Its connection is its own: the broker holds a JoinGroup back until all have joined, and
 * with it all that follows on the connection. It needs no heartbeat meanwhile.
 */
export class KafkaGroupMember implements GroupMember {
  readonly #cluster: Cluster
  readonly #options: GroupOptions
  readonly #connections: Connections
  #memberId = ''
  #generationId = noGeneration
  #rejoin = false
  #lost = false
  #joining = false
  #fenced: StreamsError | undefined
  readonly #heart: Heartbeats
  onRejoin: (() => void) | undefined

  constructor(cluster: Cluster, options: GroupOptions) {
    this.#cluster = cluster
    this.#options = options
    this.#connections = cluster.connections()
    this.#heart = new Heartbeats(cluster, options, {
      beat: (limitMs) => this.#heartbeat(limitMs),
      refused: (error) => this.#refused(error),
      expired: () => this.#expire(),
    })
    cluster.users.add(this)
  }

  get rejoin(): boolean {
    return this.#rejoin
  }

  get lost(): boolean {
    return this.#lost
  }

  get group(): GroupMetadata {
    return {
      groupId: this.#options.groupId,
      generationId: this.#generationId,
      memberId: this.#memberId,
      groupInstanceId: this.#instanceId,
    }
  }

  async join(signal?: AbortSignal): Promise<Joined> {
    signal?.throwIfAborted()
    let stop = (): void => {}
    const stopped = new Promise<never>((_, reject) => {
      stop = () => {
        this.#connections.reset()
        reject(signal?.reason)
      }
    })
    signal?.addEventListener('abort', stop, { once: true })
    this.#joining = true
    try {
      return await Promise.race([this.#joinUntilDone(signal), stopped])
    } finally {
      this.#joining = false
      signal?.removeEventListener('abort', stop)
    }
  }

  /** Tried once: a broker that does not hear of it waits for the session to end. */
  async leave(reason: string): Promise<void> {
    const { groupId } = this.#options
    const { memberId, groupInstanceId } = this.group
    const members = [{ memberId, groupInstanceId, reason }]
    this.#heart.stop()
    this.#memberId = ''
    this.#generationId = noGeneration
    try {
      if (memberId !== '')
        await this.#askWithin(leaveLimitMs, leaveGroup, () => ({ groupId, members }), checkLeft)
    } catch (error) {
      if (!isNetworkError(error)) throw error
      this.#cluster.context.logger.warn(
        { groupId, memberId, error },
        'the group was left without its knowledge',
      )
    } finally {
      this.#connections.reset()
    }
  }

  stop(): void {
    this.#heart.stop()
    this.#connections.reset()
  }

  /** For good: of the client. */
  close(): void {
    this.#heart.stop()
    this.#connections.close()
    this.#cluster.users.delete(this)
  }

  get #instanceId(): string | null {
    return this.#options.groupInstanceId ?? null
  }

  async #joinUntilDone(signal: AbortSignal | undefined): Promise<Joined> {
    for (;;) {
      if (this.#fenced) throw this.#fenced
      const joined = await this.#joinOnce(signal)
      if (joined) return joined
    }
  }

  /** @returns undefined if the group began anew meanwhile */
  async #joinOnce(signal: AbortSignal | undefined): Promise<Joined | undefined> {
    this.#heart.stop()
    const joined = await this.#joinGroup(signal)
    if (!joined) return undefined
    this.#memberId = joined.memberId
    this.#generationId = joined.generationId
    const assignments = await this.#assignments(joined, signal)
    const assignment = await this.#syncGroup(joined, assignments, signal)
    if (!assignment) return undefined
    this.#rejoin = false
    this.#lost = false
    this.#heart.start()
    return { assignment, generationId: joined.generationId }
  }

  async #joinGroup(signal: AbortSignal | undefined): Promise<JoinGroupResponse | undefined> {
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs, protocolName } = this.#options
    const request = (): JoinGroupRequest => ({
      groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId: this.#memberId,
      groupInstanceId: this.#instanceId,
      protocolType,
      protocols: [{ name: protocolName, metadata: this.#options.metadata() }],
      reason: null,
    })
    const check = ({ errorCode, memberId }: JoinGroupResponse): void => {
      if (errorCode === kafkaError.MEMBER_ID_REQUIRED) this.#memberId = memberId
      checkCode(errorCode, `JoinGroup of ${groupId}`)
    }
    return this.#orAgain(() => this.#askPatiently(joinGroup, request, check, signal))
  }

  /** The leader assigns, and beats meanwhile: topics may have to be created first. */
  async #assignments(
    { leader, memberId, members, skipAssignment }: JoinGroupResponse,
    signal: AbortSignal | undefined,
  ): Promise<readonly SyncGroupAssignment[]> {
    if (leader !== memberId || skipAssignment) return []
    this.#heart.start()
    try {
      const assigned = await this.#options.assign(members)
      signal?.throwIfAborted()
      return [...assigned].map(([member, assignment]) => ({ memberId: member, assignment }))
    } finally {
      this.#heart.stop()
    }
  }

  async #syncGroup(
    { generationId, memberId, protocolName }: JoinGroupResponse,
    assignments: readonly SyncGroupAssignment[],
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array | undefined> {
    const { groupId } = this.#options
    const request = (): SyncGroupRequest => ({
      groupId,
      generationId,
      memberId,
      groupInstanceId: this.#instanceId,
      protocolType,
      protocolName: protocolName ?? this.#options.protocolName,
      assignments,
    })
    const check = ({ errorCode }: SyncGroupResponse): void => checkCode(errorCode, `SyncGroup of ${groupId}`)
    const response = await this.#orAgain(() => this.#askPatiently(syncGroup, request, check, signal))
    return response?.assignment
  }

  /** The broker holds the answer back until all members have asked. */
  #askPatiently<Request, Response>(
    api: Api<Request, Response>,
    request: () => Request,
    check: (response: Response) => void,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const waitMs = this.#options.rebalanceTimeoutMs + joinMarginMs
    const unlessStopped = (): Request => {
      signal?.throwIfAborted()
      return request()
    }
    const question = this.#question(api, unlessStopped, check)
    return this.#cluster.ask({ ...question, waitMs }, { signal })
  }

  /** One attempt. @throws StreamsError `broker-unreachable` after `limitMs` */
  #askWithin<Request, Response>(
    limitMs: number,
    api: Api<Request, Response>,
    request: () => Request,
    check: (response: Response) => void,
  ): Promise<Response> {
    const answer = this.#cluster.askOnce(this.#question(api, request, check))
    return within(this.#cluster.context.clock, limitMs, answer, () =>
      brokerUnreachable(`of group ${this.#options.groupId}`, `did not answer ${api.name} in time`),
    )
  }

  #question<Request, Response>(
    api: Api<Request, Response>,
    request: () => Request,
    check: (response: Response) => void,
  ): CoordinatorQuestion<Request, Response> {
    const { groupId } = this.#options
    return { type: 'group', key: groupId, connections: this.#connections, api, request, check }
  }

  /** @returns undefined after an error that means: join again, perhaps as somebody else */
  async #orAgain<T>(run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await run()
    } catch (error) {
      switch (kafkaErrorOf(error)) {
        case kafkaError.MEMBER_ID_REQUIRED:
        case kafkaError.REBALANCE_IN_PROGRESS:
          return undefined
        case kafkaError.UNKNOWN_MEMBER_ID:
        case kafkaError.ILLEGAL_GENERATION:
          this.#lose(kafkaErrorOf(error) === kafkaError.UNKNOWN_MEMBER_ID)
          return undefined
        case kafkaError.FENCED_INSTANCE_ID:
          this.#fence(error as StreamsError)
          throw error
        default:
          throw error
      }
    }
  }

  async #heartbeat(limitMs: number): Promise<void> {
    const { groupId } = this.#options
    const { memberId, generationId, groupInstanceId } = this.group
    const request = (): HeartbeatRequest => ({ groupId, generationId, memberId, groupInstanceId })
    await this.#askWithin(limitMs, heartbeat, request, ({ errorCode }) =>
      checkCode(errorCode, `Heartbeat of ${groupId}`),
    )
  }

  /** @returns whether it is a member all the same */
  #refused(error: StreamsError): boolean {
    switch (kafkaErrorOf(error)) {
      case kafkaError.REBALANCE_IN_PROGRESS:
        this.#wantRejoin()
        break
      case kafkaError.FENCED_INSTANCE_ID:
        this.#fence(error)
        break
      default:
        this.#lose(kafkaErrorOf(error) === kafkaError.UNKNOWN_MEMBER_ID)
    }
    return !this.#lost
  }

  /** No heartbeat was answered for a session: by now the broker must have given up this member. */
  #expire(): void {
    this.#connections.reset()
    this.#lose(false)
  }

  #fence(error: StreamsError): void {
    this.#fenced = error
    this.#lose(true)
  }

  #lose(forgetId: boolean): void {
    if (forgetId) this.#memberId = ''
    this.#generationId = noGeneration
    const known = this.#lost
    this.#lost = true
    this.#rejoin = true
    if (!known) this.onRejoin?.()
  }

  #wantRejoin(): void {
    if (this.#rejoin || this.#joining) return
    this.#rejoin = true
    this.onRejoin?.()
  }
}

function checkLeft({ errorCode, members }: LeaveGroupResponse): void {
  for (const code of [errorCode, ...members.map((member) => member.errorCode)])
    if (code !== kafkaError.UNKNOWN_MEMBER_ID) checkCode(code, 'LeaveGroup')
}
