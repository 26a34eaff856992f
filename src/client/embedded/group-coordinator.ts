import type { TopicPartition } from '../../core/topic-partition.ts'
import type { GroupDescription, GroupListing } from '../admin.ts'
import type { CommittedOffset, GroupMetadata } from '../client.ts'
import { Group, type JoinAnswer, type JoinRequest } from './group.ts'
import { refused } from './refused.ts'

/** All consumer groups of the cluster. A group is made by its first join or commit. Time comes with each call. */
export class GroupCoordinator {
  readonly #groups = new Map<string, Group>()

  join(request: JoinRequest, now: number): Promise<JoinAnswer> {
    return this.#group(request.groupId).join(request, now)
  }

  sync(group: GroupMetadata, assignments: ReadonlyMap<string, Uint8Array>, now: number): Promise<Uint8Array> {
    return this.#group(group.groupId).sync(group, assignments, now)
  }

  heartbeat(group: GroupMetadata, now: number): void {
    this.#group(group.groupId).heartbeat(group, now)
  }

  leave(group: GroupMetadata, now: number): void {
    this.#group(group.groupId).leave(group, now)
  }

  /** @throws StreamsError `fenced` when the member or its generation is not the group's. */
  checkCommit(group: GroupMetadata): void {
    this.#group(group.groupId).checkCommit(group)
  }

  /** What is committed, by name of the partition, whether or not a transaction is pending. */
  committed(groupId: string): ReadonlyMap<string, CommittedOffset> {
    return this.#group(groupId).offsets.committed
  }

  /** Offsets that count once the producer's transaction commits. */
  holdOffsets(groupId: string, producerId: number, offsets: readonly CommittedOffset[]): void {
    this.#group(groupId).offsets.hold(producerId, offsets)
  }

  settleOffsets(groupId: string, producerId: number, committed: boolean): void {
    this.#group(groupId).offsets.settle(producerId, committed)
  }

  /** Waits until no transaction is pending on any of the partitions (require-stable). */
  stableOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]> {
    return this.#group(groupId).offsets.stable(partitions)
  }

  list(): readonly GroupListing[] {
    return [...this.#groups].map(([groupId, group]) => ({ groupId, state: group.state, type: 'classic' }))
  }

  describe(groupId: string): GroupDescription {
    const group = this.#groups.get(groupId)
    return group?.describe() ?? { groupId, state: 'Dead', protocol: '', members: [] }
  }

  /** @throws StreamsError `fenced` while it has members. */
  alterOffsets(groupId: string, offsets: readonly CommittedOffset[]): void {
    this.#group(groupId).checkEmpty()
    this.#group(groupId).offsets.set(offsets)
  }

  /** @throws StreamsError GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP. */
  deleteOffsets(groupId: string, partitions: readonly TopicPartition[]): void {
    const group = this.#groups.get(groupId)
    if (!group) throw refused('GROUP_ID_NOT_FOUND', `there is no group ${groupId}`)
    group.offsets.delete(partitions)
  }

  forgetTopics(topics: ReadonlySet<string>): void {
    for (const { offsets } of this.#groups.values())
      offsets.delete([...offsets.committed.values()].filter(({ topic }) => topics.has(topic)))
  }

  expire(now: number): void {
    for (const group of this.#groups.values()) group.expire(now)
  }

  /** When `expire` has something to do, Infinity for never. */
  nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY
    for (const group of this.#groups.values()) next = Math.min(next, group.nextDeadline())
    return next
  }

  #group(groupId: string): Group {
    const group = this.#groups.get(groupId) ?? new Group(groupId)
    this.#groups.set(groupId, group)
    return group
  }
}
