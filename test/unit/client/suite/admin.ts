import { describe, expect, test } from 'vitest'
import type { CommittedOffset } from '../../../../src/client/client.ts'
import { decodeSubscription } from '../../../../src/protocol/consumer-protocol.ts'
import { type Harness, send } from './harness.ts'

export function adminTests(harness: Harness): void {
  describe('admin', () => {
    const at = (topic: string, partition: number, offset: number): CommittedOffset => ({
      topic,
      partition,
      offset,
      metadata: 'by hand',
    })
    const sorted = (offsets: readonly CommittedOffset[]) =>
      offsets.toSorted((a, b) => a.partition - b.partition)

    test('offsets of a group without members are set, read and forgotten', async () => {
      const topic = await harness.topic(2)
      const group = harness.name('group')
      const { admin } = harness.one
      const offsets = [at(topic, 0, 5), at(topic, 1, 7)]
      await admin.alterGroupOffsets(group, offsets)
      expect(sorted(await admin.groupOffsets(group))).toEqual(offsets)
      await admin.alterGroupOffsets(group, [at(topic, 0, 1)])
      expect(sorted(await admin.groupOffsets(group))).toEqual([at(topic, 0, 1), at(topic, 1, 7)])
      expect(await harness.client().committedOffsets(group, [{ topic, partition: 1 }])).toEqual([
        at(topic, 1, 7),
      ])
      await admin.deleteGroupOffsets(group, [{ topic, partition: 0 }])
      expect(await admin.groupOffsets(group)).toEqual([at(topic, 1, 7)])
    })

    test('a group is described with its members, and listed; while it has some, its offsets are theirs', async () => {
      const topic = await harness.topic()
      const groupId = harness.name('group')
      const { admin } = harness.one
      expect(await admin.describeGroup(groupId)).toMatchObject({ state: 'Dead', members: [] })
      const member = harness.member(groupId)
      await member.join()
      const described = await admin.describeGroup(groupId)
      expect(described).toMatchObject({ groupId, state: 'Stable', protocol: 'suite' })
      expect(described.members.map(({ memberId }) => memberId)).toEqual([member.group.memberId])
      expect(decodeSubscription(described.members[0]!.metadata).topics).toEqual(['a-topic'])
      const listed = async () => (await admin.listGroups()).find((group) => group.groupId === groupId)
      expect(await listed()).toEqual({ groupId, state: 'Stable', type: 'classic' })
      await expect(admin.alterGroupOffsets(groupId, [at(topic, 0, 1)])).rejects.toMatchObject({
        details: { kafkaError: 'UNKNOWN_MEMBER_ID' },
      })
      expect(await admin.groupOffsets(groupId)).toEqual([])
      await member.leave('the test is over')
      expect(await admin.describeGroup(groupId)).toMatchObject({ state: 'Empty', members: [] })
      expect(await listed()).toMatchObject({ state: 'Empty' })
      await admin.alterGroupOffsets(groupId, [at(topic, 0, 1)])
      expect(await admin.groupOffsets(groupId)).toEqual([at(topic, 0, 1)])
    })

    test('topics are deleted with their records; one that does not exist is no failure', async () => {
      const [gone, kept] = [await harness.topic(2), await harness.topic()]
      const producer = await harness.producer()
      send(producer, gone, 0, 'a', 'b')
      send(producer, kept, 0, 'c')
      await producer.flush()
      const before = await harness.one.topics([gone, kept])
      await harness.one.admin.deleteTopics([gone, harness.name('unknown')])
      const listed = await harness.one.listTopics()
      expect([listed.has(gone), listed.has(kept)]).toEqual([false, true])
      expect(await harness.latest(kept, 'read_uncommitted')).toBe(1)
      const other = harness.client()
      const topic = { name: gone, partitions: 1, replicationFactor: -1, configs: {} }
      await other.createTopics([topic])
      const after = (await other.topics([gone])).get(gone)!
      expect(after.partitions).toBe(1)
      expect(after.id).not.toBe(before.get(gone)!.id)
      const [end] = await other.listOffsets([{ topic: gone, partition: 0 }], 'latest', 'read_uncommitted')
      expect(end!.offset).toBe(0)
    })

    test('configs of topics are those they were made with', async () => {
      const topic = await harness.topic(1, { 'cleanup.policy': 'compact', 'retention.bytes': '1000000' })
      const unknown = harness.name('unknown')
      const configs = await harness.one.admin.topicConfigs([topic, unknown])
      expect([...configs.keys()]).toEqual([topic])
      expect(configs.get(topic)).toMatchObject({ 'cleanup.policy': 'compact', 'retention.bytes': '1000000' })
    })
  })
}
