import type { StreamsError } from '../../core/errors.ts'
import { type JoinGroupRequest, type JoinGroupResponse, joinGroup } from '../../protocol/api/join-group.ts'
import {
  type SyncGroupAssignment,
  type SyncGroupRequest,
  type SyncGroupResponse,
  syncGroup,
} from '../../protocol/api/sync-group.ts'
import { kafkaError } from '../../protocol/error-codes.ts'
import { checkCode, kafkaErrorOf } from '../../protocol/kafka-error.ts'
import type { GroupOptions, JoinedGroup } from '../client.ts'
import type { GroupCoordinator, GroupQuestion } from './group-coordinator.ts'
import type { Heartbeats } from './heartbeats.ts'
import type { Membership } from './membership.ts'

const protocolType = 'consumer'
/** Beyond what the broker itself may wait for the others. */
const joinMarginMs = 5000

/**
 * A member's way into a generation: JoinGroup, the assignment if it is the leader, SyncGroup. The broker holds the
 * answers back until all members have asked, and needs no heartbeat meanwhile.
 */
export class Rebalance {
  readonly #coordinator: GroupCoordinator
  readonly #options: GroupOptions
  readonly #membership: Membership
  readonly #heart: Heartbeats

  constructor(
    coordinator: GroupCoordinator,
    options: GroupOptions,
    membership: Membership,
    heart: Heartbeats,
  ) {
    this.#coordinator = coordinator
    this.#options = options
    this.#membership = membership
    this.#heart = heart
  }

  /** Begins anew until there is an assignment. @throws StreamsError `protocol-error` if the member is fenced */
  async run(signal: AbortSignal | undefined): Promise<JoinedGroup> {
    for (;;) {
      this.#membership.throwIfFenced()
      const joined = await this.#attempt(signal)
      if (joined) return joined
    }
  }

  /** @returns undefined if the group began anew meanwhile */
  async #attempt(signal: AbortSignal | undefined): Promise<JoinedGroup | undefined> {
    this.#heart.stop()
    const joined = await this.#joinGroup(signal)
    if (!joined) return undefined
    const { memberId, generationId } = joined
    this.#membership.enter(memberId, generationId)
    const assignments = await this.#assignments(joined, signal)
    const assignment = await this.#syncGroup(joined, assignments, signal)
    if (!assignment) return undefined
    this.#membership.settle()
    this.#heart.start()
    return { assignment, generationId, losses: this.#membership.losses }
  }

  #joinGroup(signal: AbortSignal | undefined): Promise<JoinGroupResponse | undefined> {
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs, protocolName } = this.#options
    const request = (): JoinGroupRequest => {
      const { memberId, groupInstanceId } = this.#membership.group
      return {
        groupId,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        memberId,
        groupInstanceId,
        protocolType,
        protocols: [{ name: protocolName, metadata: this.#options.metadata() }],
        reason: null,
      }
    }
    const check = ({ errorCode, memberId }: JoinGroupResponse): void => {
      if (errorCode === kafkaError.MEMBER_ID_REQUIRED) this.#membership.identify(memberId)
      checkCode(errorCode, `JoinGroup of ${groupId}`)
    }
    return this.#askOrAgain({ api: joinGroup, request, check }, signal)
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
      groupInstanceId: this.#membership.group.groupInstanceId,
      protocolType,
      protocolName: protocolName ?? this.#options.protocolName,
      assignments,
    })
    const check = ({ errorCode }: SyncGroupResponse): void => checkCode(errorCode, `SyncGroup of ${groupId}`)
    const response = await this.#askOrAgain({ api: syncGroup, request, check }, signal)
    return response?.assignment
  }

  /** @returns undefined after an error that means: join again, perhaps as somebody else */
  async #askOrAgain<Request, Response>(
    question: GroupQuestion<Request, Response>,
    signal: AbortSignal | undefined,
  ): Promise<Response | undefined> {
    try {
      return await this.#coordinator.ask(question, this.#options.rebalanceTimeoutMs + joinMarginMs, signal)
    } catch (error) {
      switch (kafkaErrorOf(error)) {
        case kafkaError.MEMBER_ID_REQUIRED:
        case kafkaError.REBALANCE_IN_PROGRESS:
          return undefined
        case kafkaError.UNKNOWN_MEMBER_ID:
        case kafkaError.ILLEGAL_GENERATION:
          this.#membership.refuse(error as StreamsError)
          return undefined
        case kafkaError.FENCED_INSTANCE_ID:
          this.#membership.refuse(error as StreamsError)
          throw error
        default:
          throw error
      }
    }
  }
}
