import type { StreamsError } from '../../core/errors.ts'
import type { Clock } from '../../core/time/clock.ts'
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
import { checkCode, isRetriableError, kafkaErrorOf } from './kafka-error.ts'
import { pauseMs } from './retry.ts'
import { brokerUnreachable, clientClosed, isNetworkError } from './unreachable.ts'
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
  /** Cancels the heartbeats. */
  #heart: AbortController | undefined
  onRejoin: (() => void) | undefined

  constructor(cluster: Cluster, options: GroupOptions) {
    this.#cluster = cluster
    this.#options = options
    this.#connections = cluster.connections()
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
    const interrupted = (): void => this.#connections.reset()
    signal?.addEventListener('abort', interrupted, { once: true })
    this.#joining = true
    try {
      for (;;) {
        if (this.#fenced) throw this.#fenced
        signal?.throwIfAborted()
        const joined = await this.#joinOnce(signal)
        if (joined) return joined
      }
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    } finally {
      this.#joining = false
      signal?.removeEventListener('abort', interrupted)
    }
  }

  /** Tried once: a broker that does not hear of it waits for the session to end. */
  async leave(reason: string): Promise<void> {
    const { groupId } = this.#options
    const { memberId, groupInstanceId } = this.group
    const members = [{ memberId, groupInstanceId, reason }]
    this.#stopHeart()
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
    this.#stopHeart()
    this.#connections.reset()
  }

  /** For good: of the client. */
  close(): void {
    this.#stopHeart()
    this.#connections.close()
    this.#cluster.users.delete(this)
  }

  get #instanceId(): string | null {
    return this.#options.groupInstanceId ?? null
  }

  /** @returns undefined if the group began anew meanwhile */
  async #joinOnce(signal: AbortSignal | undefined): Promise<Joined | undefined> {
    this.#stopHeart()
    const joined = await this.#joinGroup(signal)
    if (!joined) return undefined
    this.#memberId = joined.memberId
    this.#generationId = joined.generationId
    const assignments = await this.#assignments(joined, signal)
    const assignment = await this.#syncGroup(joined, assignments, signal)
    if (!assignment) return undefined
    this.#rejoin = false
    this.#lost = false
    this.#startHeart()
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
    this.#startHeart()
    try {
      const assigned = await this.#options.assign(members)
      signal?.throwIfAborted()
      return [...assigned].map(([member, assignment]) => ({ memberId: member, assignment }))
    } finally {
      this.#stopHeart()
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
    const question = this.#question(api, request, check)
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

  #startHeart(): void {
    this.#stopHeart()
    this.#heart = new AbortController()
    void this.#beat(this.#heart.signal)
  }

  #stopHeart(): void {
    this.#heart?.abort(clientClosed())
    this.#heart = undefined
  }

  /** Never rejects. Ends when stopped, or when the group has forgotten this member. */
  async #beat(stopped: AbortSignal): Promise<void> {
    const { clock } = this.#cluster.context
    const { heartbeatIntervalMs, sessionTimeoutMs } = this.#options
    let heardAt = clock.monotonic()
    let failures = 0
    for (;;) {
      const pause = failures === 0 ? heartbeatIntervalMs : pauseMs(failures, 20, heartbeatIntervalMs)
      if (!(await sleeps(clock, pause, stopped))) return
      try {
        await this.#heartbeat(heardAt + sessionTimeoutMs - clock.monotonic())
        failures = 0
      } catch (error) {
        if (stopped.aborted || this.#cluster.retry.closing.aborted) return
        failures++
        if (isNetworkError(error)) this.#cluster.retry.report(error, failures)
        else if (!isRetriableError(error)) {
          this.#refused(error as StreamsError)
          failures = 0
        }
      }
      if (stopped.aborted || this.#lost) return
      if (failures === 0) heardAt = clock.monotonic()
      else if (clock.monotonic() - heardAt >= sessionTimeoutMs) {
        this.#expire()
        return
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

  #refused(error: StreamsError): void {
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

/** @returns false if it was stopped */
async function sleeps(clock: Clock, ms: number, stopped: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, stopped)
    return true
  } catch (error) {
    if (stopped.aborted) return false
    throw error
  }
}
