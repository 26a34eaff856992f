import { describe, expect, test } from 'vitest'
import { Group, type JoinAnswer } from '../../../src/client/embedded/group.ts'
import { utf8 } from '../../../src/core/bytes.ts'

const request = {
  groupId: 'g',
  memberId: '',
  groupInstanceId: null,
  protocolName: 'stream',
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 30_000,
  metadata: utf8('metadata'),
}

const as = ({ memberId, generationId }: JoinAnswer) => ({
  groupId: 'g',
  memberId,
  generationId,
  groupInstanceId: null,
})

const none = new Map<string, Uint8Array>()
const refusal = (kafkaError: string) =>
  expect.objectContaining({ details: expect.objectContaining({ kafkaError }) })

/** A group whose two members have joined and wait for the leader's assignments. */
async function joinedByTwo(): Promise<{ group: Group; leader: JoinAnswer; follower: JoinAnswer }> {
  const group = new Group('g')
  const alone = await group.join(request, 0)
  const joining = group.join(request, 0)
  const leader = await group.join({ ...request, memberId: alone.memberId }, 0)
  return { group, leader, follower: await joining }
}

describe('classic group', () => {
  test('tells the leader all members and the others none', async () => {
    const { leader, follower } = await joinedByTwo()
    expect(leader.generationId).toBe(2)
    expect(follower).toEqual({ ...leader, memberId: follower.memberId, members: [] })
    expect(leader.leaderId).toBe(leader.memberId)
    expect(leader.members.map(({ memberId }) => memberId)).toEqual([leader.memberId, follower.memberId])
    expect(leader.members[1]).toEqual({
      memberId: follower.memberId,
      groupInstanceId: null,
      metadata: request.metadata,
    })
  })

  test('holds the sync of the others until the leader has assigned', async () => {
    const { group, leader, follower } = await joinedByTwo()
    const waiting = group.sync(as(follower), none, 0)
    const assignments = new Map([
      [leader.memberId, utf8('for the leader')],
      [follower.memberId, utf8('for the follower')],
    ])
    expect(await group.sync(as(leader), assignments, 0)).toEqual(utf8('for the leader'))
    expect(await waiting).toEqual(utf8('for the follower'))
    expect(await group.sync(as(follower), none, 0)).toEqual(utf8('for the follower'))
  })

  test('a new member ends the waiting syncs and refuses new ones', async () => {
    const { group, leader, follower } = await joinedByTwo()
    const waiting = group.sync(as(follower), none, 0)
    void group.join(request, 0)
    await expect(waiting).rejects.toEqual(refusal('REBALANCE_IN_PROGRESS'))
    expect(() => group.sync(as(leader), none, 0)).toThrow(refusal('REBALANCE_IN_PROGRESS'))
    expect(() => group.heartbeat(as(leader), 0)).toThrow(refusal('REBALANCE_IN_PROGRESS'))
  })

  test('a leader that does not assign loses its session, and another one leads', async () => {
    const { group, leader, follower } = await joinedByTwo()
    const waiting = group.sync(as(follower), none, 5000)
    expect(group.nextDeadline()).toBe(10_000)
    group.expire(10_000)
    await expect(waiting).rejects.toEqual(refusal('REBALANCE_IN_PROGRESS'))
    expect(() => group.heartbeat(as(leader), 10_000)).toThrow(refusal('UNKNOWN_MEMBER_ID'))
    const again = await group.join({ ...request, memberId: follower.memberId }, 10_000)
    expect(again.leaderId).toBe(follower.memberId)
  })

  test('requests of another generation or of strangers are refused', async () => {
    const { group, leader } = await joinedByTwo()
    const old = { ...as(leader), generationId: 1 }
    expect(() => group.sync(old, none, 0)).toThrow(refusal('ILLEGAL_GENERATION'))
    expect(() => group.heartbeat(old, 0)).toThrow(refusal('ILLEGAL_GENERATION'))
    expect(() => group.checkCommit(old)).toThrow(refusal('ILLEGAL_GENERATION'))
    expect(() => group.join({ ...request, memberId: 'stranger' }, 0)).toThrow(refusal('UNKNOWN_MEMBER_ID'))
    group.checkCommit(as(leader))
  })

  test('a member that waits for others to join has no session to lose', async () => {
    const group = new Group('g')
    const first = await group.join(request, 0)
    const joining = group.join({ ...request, sessionTimeoutMs: 1000 }, 0)
    for (const now of [5000, 10_000, 15_000, 20_000, 25_000]) {
      expect(() => group.heartbeat(as(first), now)).toThrow(refusal('REBALANCE_IN_PROGRESS'))
      group.expire(now)
    }
    group.expire(30_000)
    const { members } = await joining
    expect(members).toHaveLength(1)
    group.expire(30_999)
    group.heartbeat(as(await joining), 30_999)
    group.expire(31_999)
    expect(group.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
  })
})
