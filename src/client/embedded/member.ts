import { abortable } from '../../core/abortable.ts'
import { StreamsError } from '../../core/errors.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { GroupMember, GroupMetadata, GroupOptions, JoinedGroup } from '../client.ts'
import { heartbeatPauseMs } from '../heartbeat-pause.ts'
import type { JoinAnswer } from './group.ts'
import type { Connection } from './link.ts'
import { isRefused } from './refused.ts'

const noAssignments: ReadonlyMap<string, Uint8Array> = new Map()
const noGeneration = -1

export class EmbeddedMember implements GroupMember {
  onRejoin: (() => void) | undefined
  readonly #connection: Connection
  readonly #clock: Clock
  readonly #options: GroupOptions
  #memberId = ''
  #generationId = noGeneration
  #rejoin = false
  #lost = false
  #losses = 0
  #joinedAt = 0
  /** Number of the present heartbeats; those of an earlier number end. */
  #heartbeats = 0
  #cancelHeartbeat: (() => void) | undefined
  /** Aborts what waits when the member stops. */
  readonly #stopped = new AbortController()

  constructor(connection: Connection, clock: Clock, options: GroupOptions) {
    this.#connection = connection
    this.#clock = clock
    this.#options = options
  }

  get rejoin(): boolean {
    return this.#rejoin
  }

  get lost(): boolean {
    return this.#lost
  }

  get losses(): number {
    return this.#losses
  }

  get group(): GroupMetadata {
    const { groupId, groupInstanceId = null } = this.#options
    return { groupId, generationId: this.#generationId, memberId: this.#memberId, groupInstanceId }
  }

  async join(signal?: AbortSignal): Promise<JoinedGroup> {
    this.#stopHeartbeats()
    const either = signal ? AbortSignal.any([signal, this.#stopped.signal]) : this.#stopped.signal
    for (;;) {
      either.throwIfAborted()
      const joined = await this.#joinOnce(either)
      if (joined) return joined
    }
  }

  async leave(_reason: string): Promise<void> {
    const { group } = this
    this.stop()
    if (group.memberId === '') return
    this.#memberId = ''
    this.#generationId = noGeneration
    await this.#leaveAs(group)
  }

  async #leaveAs(group: GroupMetadata): Promise<void> {
    try {
      await this.#connection.request({ api: 'LeaveGroup' }, ({ groups }, now) => groups.leave(group, now))
    } catch (error) {
      if (!StreamsError.is(error, 'fenced')) throw error
    }
  }

  stop(): void {
    this.#stopHeartbeats()
    this.#stopped.abort(new StreamsError('lifecycle', 'the group member was stopped'))
  }

  /** @returns undefined when the group asks to join again. */
  async #joinOnce(signal: AbortSignal): Promise<JoinedGroup | undefined> {
    try {
      const answer = await this.#answerTo(this.#requestJoin(), signal)
      this.#identify(answer.memberId)
      this.#generationId = answer.generationId
      const assignment = await this.#sync(answer, signal)
      this.#rejoin = false
      this.#lost = false
      this.#joinedAt = this.#clock.monotonic()
      this.#scheduleHeartbeat(this.#heartbeats)
      return { assignment, generationId: answer.generationId, losses: this.#losses }
    } catch (error) {
      if (isRefused(error, 'REBALANCE_IN_PROGRESS')) return undefined
      if (isRefused(error, 'UNKNOWN_MEMBER_ID')) this.#memberId = ''
      else if (!isRefused(error, 'ILLEGAL_GENERATION')) throw error
      this.#generationId = noGeneration
      this.#lose()
      return undefined
    }
  }

  #identify(memberId: string): void {
    if (memberId === this.#memberId) return
    this.#memberId = memberId
    this.#options.identified?.(memberId)
  }

  #requestJoin(): Promise<JoinAnswer> {
    const {
      groupId,
      protocolName,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      groupInstanceId = null,
    } = this.#options
    const request = {
      groupId,
      memberId: this.#memberId,
      groupInstanceId,
      protocolName,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      metadata: this.#options.metadata(),
    }
    return this.#connection.request({ api: 'JoinGroup' }, ({ groups }, now) => groups.join(request, now))
  }

  /** A request that is not waited for any more makes a member all the same: it leaves again. */
  async #answerTo(request: Promise<JoinAnswer>, signal: AbortSignal): Promise<JoinAnswer> {
    try {
      return await abortable(request, signal)
    } catch (error) {
      if (signal.aborted)
        request.then((joined) => this.#leaveAs({ ...this.group, ...joined })).catch(() => {})
      throw error
    }
  }

  async #sync({ leaderId, memberId, members }: JoinAnswer, signal: AbortSignal): Promise<Uint8Array> {
    const { group } = this
    const leads = leaderId === memberId && members.length > 0
    const assignments = leads ? await abortable(this.#options.assign(members), signal) : noAssignments
    return abortable(
      this.#connection.request({ api: 'SyncGroup' }, ({ groups }, now) =>
        groups.sync(group, assignments, now),
      ),
      signal,
    )
  }

  #scheduleHeartbeat(heartbeats: number): void {
    const pause = heartbeatPauseMs(
      this.#clock.monotonic() - this.#joinedAt,
      this.#options.heartbeatIntervalMs,
    )
    this.#cancelHeartbeat = this.#clock.after(pause, () => void this.#heartbeat(heartbeats))
  }

  #stopHeartbeats(): void {
    this.#heartbeats++
    this.#cancelHeartbeat?.()
  }

  async #heartbeat(heartbeats: number): Promise<void> {
    const { group } = this
    let refusal: unknown
    try {
      await this.#connection.request({ api: 'Heartbeat' }, ({ groups }, now) => groups.heartbeat(group, now))
    } catch (error) {
      refusal = error
    }
    if (heartbeats !== this.#heartbeats) return
    if (refusal !== undefined) this.#askToRejoin(!isRefused(refusal, 'REBALANCE_IN_PROGRESS'))
    if (!this.#lost) this.#scheduleHeartbeat(heartbeats)
  }

  #lose(): void {
    if (!this.#lost) this.#losses++
    this.#lost = true
  }

  #askToRejoin(lost: boolean): void {
    if (lost) this.#lose()
    if (this.#rejoin) return
    this.#rejoin = true
    this.onRejoin?.()
  }
}
