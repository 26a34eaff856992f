import { describe, expect, test } from 'vitest'
import type { GroupMetadata, MemberMetadata } from '../../../../src/client/client.ts'
import { isGenerationOver } from '../../../../src/client/generation-over.ts'
import { utf8Text } from '../../../../src/core/bytes.ts'
import { decodeSubscription } from '../../../../src/protocol/consumer-protocol.ts'
import { assignment, type Harness, rejoinOf, subscription } from './harness.ts'

export function groupTests(harness: Harness): void {
  /** Tries to commit an offset as this member. */
  async function commitAs(group: GroupMetadata): Promise<void> {
    const producer = await harness.producer(harness.name('tx'))
    const topic = await harness.topic()
    await producer.sendOffsets([{ topic, partition: 0, offset: 1, metadata: '' }], group)
    await producer.commit()
  }

  describe('a group of one', () => {
    test('is led by its member, which assigns to itself', async () => {
      const groupId = harness.name('group')
      const seen: MemberMetadata[] = []
      const member = harness.member(groupId, {
        metadata: () => subscription('mine'),
        assign: (members) => {
          seen.push(...members)
          return Promise.resolve(new Map(members.map(({ memberId }) => [memberId, assignment('all')])))
        },
      })
      const joined = await member.join()
      expect(joined.assignment).toEqual(assignment('all'))
      expect(joined.generationId).toBeGreaterThan(0)
      expect(member.group).toEqual({
        groupId,
        generationId: joined.generationId,
        memberId: seen[0]!.memberId,
        groupInstanceId: null,
      })
      expect(seen).toHaveLength(1)
      expect(utf8Text(decodeSubscription(seen[0]!.metadata).userData!)).toBe('mine')
      expect([member.rejoin, member.lost]).toEqual([false, false])
    })

    test('the generation grows with each join, and only the present one commits', async () => {
      const member = harness.member(harness.name('group'))
      const first = await member.join()
      const old = member.group
      await commitAs(old)
      const second = await member.join()
      expect(second.generationId).toBeGreaterThan(first.generationId)
      expect(member.group.memberId).toBe(old.memberId)
      await expect(commitAs(old)).rejects.toMatchObject({ code: 'fenced' })
      await commitAs(member.group)
    })

    test('offsets of a wrong generation, member or instance are fenced, and do not count', async () => {
      const groupId = harness.name('group')
      const member = harness.member(groupId)
      await member.join()
      const topic = await harness.topic()
      const { group } = member
      const wrong: readonly GroupMetadata[] = [
        { ...group, generationId: group.generationId + 1 },
        { ...group, memberId: 'somebody-else' },
        { ...group, memberId: 'somebody-else', groupInstanceId: 'unknown' },
      ]
      for (const metadata of wrong) {
        const id = harness.name('tx')
        const producer = await harness.producer(id)
        await expect(
          producer.sendOffsets([{ topic, partition: 0, offset: 9, metadata: '' }], metadata),
        ).rejects.toMatchObject({ code: 'fenced' })
        await expect(producer.commit()).rejects.toMatchObject({ code: 'fenced' })
        await harness.producer(id, harness.client())
      }
      expect(await harness.one.committedOffsets(groupId, [{ topic, partition: 0 }])).toEqual([])
    })

    test('offsets of a generation that is over may be sent again under the next one', async () => {
      const groupId = harness.name('group')
      const member = harness.member(groupId)
      await member.join()
      const topic = await harness.topic()
      const old = member.group
      await member.join()
      const producer = await harness.producer(harness.name('tx'))
      const offsets = [{ topic, partition: 0, offset: 9, metadata: '' }]
      await expect(producer.sendOffsets(offsets, old)).rejects.toSatisfy(isGenerationOver)
      expect(producer.failure).toBeUndefined()
      await producer.sendOffsets(offsets, member.group)
      await producer.commit()
      const committed = await harness.one.committedOffsets(groupId, [{ topic, partition: 0 }])
      expect(committed).toEqual(offsets)
    })

    test('an abort forgets offsets that were refused', async () => {
      const member = harness.member(harness.name('group'))
      await member.join()
      const topic = await harness.topic()
      const group = { ...member.group, generationId: member.group.generationId + 1 }
      const producer = await harness.producer(harness.name('tx'))
      const refused = producer.sendOffsets([{ topic, partition: 0, offset: 9, metadata: '' }], group)
      await expect(refused).rejects.toSatisfy(isGenerationOver)
      await producer.abort()
      await producer.sendOffsets([], member.group)
      await producer.commit()
    })

    test('who left is a member no longer', async () => {
      const member = harness.member(harness.name('group'))
      await member.join()
      const { group } = member
      await member.leave('test')
      await expect(commitAs(group)).rejects.toMatchObject({ code: 'fenced' })
    })

    test('join ends when its signal aborts', async () => {
      const groupId = harness.name('group')
      await harness.member(groupId).join()
      const abort = new AbortController()
      const joining = harness.member(groupId).join(abort.signal)
      abort.abort(new Error('enough'))
      await expect(joining).rejects.toThrow('enough')
    })
  })

  describe('a group of two', () => {
    test('a heartbeat tells of the second; both join and are assigned by the leader', async () => {
      const groupId = harness.name('group')
      const [first, second] = [harness.member(groupId), harness.member(groupId)]
      const alone = await first.join()
      const rejoin = rejoinOf(first)
      const joining = second.join()
      await rejoin
      expect([first.rejoin, first.lost]).toEqual([true, false])
      const [ofFirst, ofSecond] = await Promise.all([first.join(), joining])
      expect(first.rejoin).toBe(false)
      expect(ofFirst.generationId).toBeGreaterThan(alone.generationId)
      expect(ofSecond.generationId).toBe(ofFirst.generationId)
      expect(ofFirst.assignment).toEqual(assignment(first.group.memberId))
      expect(ofSecond.assignment).toEqual(assignment(second.group.memberId))
    })

    test('a heartbeat tells the one that stays of the other that leaves', async () => {
      const groupId = harness.name('group')
      const [first, second] = [harness.member(groupId), harness.member(groupId)]
      await first.join()
      const rejoin = rejoinOf(first)
      const joining = second.join()
      await rejoin
      await Promise.all([first.join(), joining])
      const again = rejoinOf(second)
      await first.leave('test')
      await again
      const { assignment: all } = await second.join()
      expect(all).toEqual(assignment(second.group.memberId))
      await commitAs(second.group)
    })

    test('a member that is gone is taken out by somebody else; nobody waits for its session', async () => {
      const groupId = harness.name('group')
      const ids: string[] = []
      const gone = harness.member(groupId, {
        sessionTimeoutMs: 600_000,
        identified: (memberId) => ids.push(memberId),
      })
      const stays = harness.member(groupId)
      await gone.join()
      const rejoin = rejoinOf(gone)
      const joining = stays.join()
      await rejoin
      await Promise.all([gone.join(), joining])
      const old = gone.group
      expect(ids).toEqual([old.memberId])
      gone.stop()
      const again = rejoinOf(stays)
      await harness.one.removeMember(groupId, old.memberId, 'it is gone')
      await again
      expect((await stays.join()).assignment).toEqual(assignment(stays.group.memberId))
      await expect(commitAs(old)).rejects.toMatchObject({ code: 'fenced' })
      // It is no member any more: that is what was asked for.
      await harness.one.removeMember(groupId, old.memberId, 'it is gone')
    })

    test('a static member that joins anew takes the place of its predecessor', async () => {
      const groupId = harness.name('group')
      const groupInstanceId = harness.name('instance')
      const predecessor = harness.member(groupId, { groupInstanceId })
      await predecessor.join()
      predecessor.stop()
      const old = predecessor.group
      expect(old.groupInstanceId).toBe(groupInstanceId)
      const successor = harness.member(groupId, { groupInstanceId })
      await successor.join()
      expect(successor.group.memberId).not.toBe(old.memberId)
      await expect(commitAs(old)).rejects.toMatchObject({ code: 'fenced' })
      await commitAs(successor.group)
    })
  })
}
