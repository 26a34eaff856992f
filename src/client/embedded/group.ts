import { emptyBytes } from '../../core/bytes.ts'
import type { GroupDescription } from '../admin.ts'
import type { GroupMetadata, MemberMetadata } from '../client.ts'
import { type Deferred, deferred } from './deferred.ts'
import { GroupOffsets } from './group-offsets.ts'
import { refused } from './refused.ts'

export interface JoinRequest {
  readonly groupId: string
  /** Empty for a new member. */
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly protocolName: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly metadata: Uint8Array
}

export interface JoinAnswer {
  readonly memberId: string
  readonly generationId: number
  readonly leaderId: string
  /** All members for the leader; none for the others, and where nothing is to be assigned. */
  readonly members: readonly MemberMetadata[]
}

interface Member extends MemberMetadata {
  readonly request: JoinRequest
  /** When the session ends unless the member is heard of. */
  deadline: number
  joining: Deferred<JoinAnswer> | undefined
  syncing: Deferred<Uint8Array> | undefined
  assignment: Uint8Array
}

/** preparing: members join; completing: the leader assigns. */
type GroupState = 'empty' | 'preparing' | 'completing' | 'stable'

/** What brokers call them. */
const stateNames: Readonly<Record<GroupState, string>> = {
  empty: 'Empty',
  preparing: 'PreparingRebalance',
  completing: 'CompletingRebalance',
  stable: 'Stable',
}

/**
 * One classic consumer group: its members' state machine (Kafka's ClassicGroup) and its offsets. Each join begins a
 * rebalance; there is no initial delay. Time comes with each call.
 */
export class Group {
  readonly offsets: GroupOffsets = new GroupOffsets()
  readonly #groupId: string
  readonly #members = new Map<string, Member>()
  #state: GroupState = 'empty'
  #generationId = 0
  #leaderId = ''
  #rebalanceDeadline = Number.POSITIVE_INFINITY
  #nextMember = 0

  constructor(groupId: string) {
    this.#groupId = groupId
  }

  /** Answered when all members have joined, or the rebalance timeout is over. */
  join(request: JoinRequest, now: number): Promise<JoinAnswer> {
    const returned = this.#takeBack(request, now)
    if (returned) return Promise.resolve(returned)
    const memberId = this.#admit(request)
    const answer = deferred<JoinAnswer>()
    const earlier = this.#members.get(memberId)
    if (earlier) dismiss(earlier, refused('REBALANCE_IN_PROGRESS', `${memberId} joined again`))
    this.#members.set(memberId, {
      memberId,
      groupInstanceId: request.groupInstanceId,
      metadata: request.metadata,
      request,
      deadline: now + request.sessionTimeoutMs,
      joining: answer,
      syncing: undefined,
      assignment: emptyBytes,
    })
    this.#rebalance(now)
    return answer.promise
  }

  /** Answered when the leader has brought the assignments. */
  sync(group: GroupMetadata, assignments: ReadonlyMap<string, Uint8Array>, now: number): Promise<Uint8Array> {
    const member = this.#current(group, now)
    if (this.#state === 'preparing') throw this.#rebalancing()
    if (this.#state === 'completing' && member.memberId === this.#leaderId) this.#assign(assignments)
    if (this.#state === 'stable') return Promise.resolve(member.assignment)
    member.syncing = deferred()
    return member.syncing.promise
  }

  /** @throws StreamsError REBALANCE_IN_PROGRESS when the member is to join again, `fenced` when it is not one. */
  heartbeat(group: GroupMetadata, now: number): void {
    this.#current(group, now)
    if (this.#state === 'preparing') throw this.#rebalancing()
  }

  leave(group: GroupMetadata, now: number): void {
    this.#remove(this.#member(group), now)
  }

  /**
   * May these offsets be committed in a transaction? Without a member id everybody may, as in Kafka.
   * @throws StreamsError `fenced`.
   */
  checkCommit(group: GroupMetadata): void {
    if (group.generationId < 0 && group.memberId === '' && group.groupInstanceId === null) return
    this.#checkGeneration(this.#member(group), group)
  }

  /** @throws StreamsError `fenced` while it has members: their offsets are theirs to commit. */
  checkEmpty(): void {
    if (this.#members.size > 0)
      throw refused('UNKNOWN_MEMBER_ID', `group ${this.#groupId} has ${this.#members.size} members`)
  }

  get state(): string {
    return stateNames[this.#state]
  }

  describe(): GroupDescription {
    const members = [...this.#members.values()]
    return {
      groupId: this.#groupId,
      state: this.state,
      protocol: members[0]?.request.protocolName ?? '',
      members: members.map(({ memberId, groupInstanceId, metadata, assignment }) => ({
        memberId,
        groupInstanceId,
        clientId: '',
        clientHost: '',
        metadata,
        assignment,
      })),
    }
  }

  /** Removes members that were not heard of and ends a rebalance that took too long. */
  expire(now: number): void {
    for (const member of [...this.#members.values()])
      if (!member.joining && member.deadline <= now) this.#remove(member, now)
    if (this.#state !== 'preparing' || this.#rebalanceDeadline > now) return
    for (const member of [...this.#members.values()]) if (!member.joining) this.#forget(member)
    this.#completeJoin(now)
  }

  /** When `expire` has something to do, Infinity for never. */
  nextDeadline(): number {
    let next = this.#rebalanceDeadline
    for (const { joining, deadline } of this.#members.values()) if (!joining) next = Math.min(next, deadline)
    return next
  }

  /** @returns the member id under which the request joins. */
  #admit({ memberId, groupInstanceId, protocolName }: JoinRequest): string {
    for (const { request } of this.#members.values())
      if (request.protocolName !== protocolName)
        throw refused(
          'INCONSISTENT_GROUP_PROTOCOL',
          `group ${this.#groupId} speaks ${request.protocolName}, not ${protocolName}`,
        )
    if (memberId !== '') return this.#member({ memberId, groupInstanceId }).memberId
    const predecessor = groupInstanceId === null ? undefined : this.#ofInstance(groupInstanceId)
    if (predecessor)
      this.#forget(predecessor, refused('FENCED_INSTANCE_ID', `${groupInstanceId} joined anew`))
    return `${groupInstanceId ?? 'member'}-${++this.#nextMember}`
  }

  /**
   * A static member that comes back within its session takes its old place and assignment, and nobody rebalances
   * (KIP-345): it is a new member id in the same generation.
   */
  #takeBack(request: JoinRequest, now: number): JoinAnswer | undefined {
    const { groupInstanceId, memberId, protocolName } = request
    if (this.#state !== 'stable' || memberId !== '' || groupInstanceId === null) return undefined
    const predecessor = this.#ofInstance(groupInstanceId)
    if (predecessor?.request.protocolName !== protocolName) return undefined
    this.#forget(predecessor, refused('FENCED_INSTANCE_ID', `${groupInstanceId} joined anew`))
    const member = {
      ...predecessor,
      memberId: `${groupInstanceId}-${++this.#nextMember}`,
      metadata: request.metadata,
      request,
      deadline: now + request.sessionTimeoutMs,
    }
    this.#members.set(member.memberId, member)
    if (this.#leaderId === predecessor.memberId) this.#leaderId = member.memberId
    const generationId = this.#generationId
    return { memberId: member.memberId, generationId, leaderId: this.#leaderId, members: [] }
  }

  #rebalance(now: number): void {
    if (this.#state !== 'preparing') {
      this.#state = 'preparing'
      const timeouts = [...this.#members.values()].map(({ request }) => request.rebalanceTimeoutMs)
      this.#rebalanceDeadline = now + Math.max(...timeouts)
      for (const member of this.#members.values()) {
        member.syncing?.reject(this.#rebalancing())
        member.syncing = undefined
      }
    }
    this.#completeJoinWhenAllJoined(now)
  }

  #completeJoinWhenAllJoined(now: number): void {
    if ([...this.#members.values()].every(({ joining }) => joining)) this.#completeJoin(now)
  }

  #completeJoin(now: number): void {
    this.#rebalanceDeadline = Number.POSITIVE_INFINITY
    this.#generationId++
    const members = [...this.#members.values()]
    const [first] = members
    this.#state = first ? 'completing' : 'empty'
    if (first && !this.#members.has(this.#leaderId)) this.#leaderId = first.memberId
    for (const member of members) {
      member.deadline = now + member.request.sessionTimeoutMs
      member.joining?.resolve({
        memberId: member.memberId,
        generationId: this.#generationId,
        leaderId: this.#leaderId,
        members: member.memberId === this.#leaderId ? members.map(publicMetadata) : [],
      })
      member.joining = undefined
    }
  }

  #assign(assignments: ReadonlyMap<string, Uint8Array>): void {
    this.#state = 'stable'
    for (const member of this.#members.values()) {
      member.assignment = assignments.get(member.memberId) ?? emptyBytes
      member.syncing?.resolve(member.assignment)
      member.syncing = undefined
    }
  }

  #remove(member: Member, now: number): void {
    this.#forget(member)
    if (this.#members.size === 0) this.#completeJoin(now)
    else this.#rebalance(now)
  }

  #forget(
    member: Member,
    reason: Error = refused('UNKNOWN_MEMBER_ID', `${member.memberId} was removed from ${this.#groupId}`),
  ): void {
    this.#members.delete(member.memberId)
    dismiss(member, reason)
  }

  /** The member that a request comes from, heard of now. */
  #current(group: GroupMetadata, now: number): Member {
    const member = this.#member(group)
    this.#checkGeneration(member, group)
    member.deadline = now + member.request.sessionTimeoutMs
    return member
  }

  #member({ memberId, groupInstanceId }: Pick<GroupMetadata, 'memberId' | 'groupInstanceId'>): Member {
    const instance = groupInstanceId === null ? undefined : this.#ofInstance(groupInstanceId)
    if (instance && instance.memberId !== memberId)
      throw refused('FENCED_INSTANCE_ID', `${groupInstanceId} is ${instance.memberId}, no longer ${memberId}`)
    const member = this.#members.get(memberId)
    if (member) return member
    throw refused('UNKNOWN_MEMBER_ID', `group ${this.#groupId} has no member ${memberId}`)
  }

  #ofInstance(groupInstanceId: string): Member | undefined {
    return [...this.#members.values()].find((member) => member.groupInstanceId === groupInstanceId)
  }

  #checkGeneration(member: Member, { generationId }: GroupMetadata): void {
    if (generationId !== this.#generationId)
      throw refused(
        'ILLEGAL_GENERATION',
        `${member.memberId} is of generation ${generationId}, group ${this.#groupId} of ${this.#generationId}`,
      )
  }

  #rebalancing(): Error {
    return refused('REBALANCE_IN_PROGRESS', `group ${this.#groupId} rebalances`)
  }
}

/** Ends the requests of a member that still wait. */
function dismiss({ joining, syncing }: Member, reason: Error): void {
  joining?.reject(reason)
  syncing?.reject(reason)
}

function publicMetadata({ memberId, groupInstanceId, metadata }: Member): MemberMetadata {
  return { memberId, groupInstanceId, metadata }
}
