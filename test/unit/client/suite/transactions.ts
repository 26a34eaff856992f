import { describe, expect, test } from 'vitest'
import type { CommittedOffset } from '../../../../src/client/client.ts'
import { type Harness, noMember, send } from './harness.ts'

export function transactionTests(harness: Harness): void {
  const transactional = (id: string = harness.name('tx')) => harness.producer(id)

  describe('transactions', () => {
    test('a committed one is visible', async () => {
      const topic = await harness.topic()
      const producer = await transactional()
      expect(producer.inTransaction).toBe(false)
      send(producer, topic, 0, 'a', 'b')
      expect(producer.inTransaction).toBe(true)
      await producer.commit()
      expect(producer.inTransaction).toBe(false)
      expect(producer.acknowledged(topic, 0)).toBe(2)
      expect(await harness.committed(topic, 0, 2)).toEqual(['a', 'b'])
    })

    test('an aborted one is invisible to read_committed, and visible to read_uncommitted', async () => {
      const topic = await harness.topic()
      const producer = await transactional()
      send(producer, topic, 0, 'aborted')
      await producer.flush()
      await producer.abort()
      expect(producer.inTransaction).toBe(false)
      expect(producer.failure).toBeUndefined()
      send(producer, topic, 0, 'committed')
      await producer.commit()
      const end = producer.acknowledged(topic, 0)!
      expect(await harness.committed(topic, 0, end)).toEqual(['committed'])
      const { values } = await harness.read(topic, 0, end)
      expect(values).toEqual(['aborted', 'committed'])
    })

    test('what is queued when it is aborted is never committed', async () => {
      const topic = await harness.topic()
      const producer = await transactional()
      send(producer, topic, 0, 'a')
      send(producer, topic, 0, 'b')
      producer.reserve(topic, 0, 7)
      await producer.abort()
      expect(producer.pendingBytes).toBe(0)
      send(producer, topic, 0, 'c')
      await producer.commit()
      expect(await harness.committed(topic, 0, producer.acknowledged(topic, 0)!)).toEqual(['c'])
    })

    test('many, one after the other, some aborted', async () => {
      const topic = await harness.topic()
      const producer = await transactional()
      for (let i = 0; i < 12; i++) {
        send(producer, topic, 0, `${i}`)
        if (i % 3 === 1) await producer.abort()
        else await producer.commit()
      }
      expect(await harness.committed(topic, 0, producer.acknowledged(topic, 0)!)).toEqual([
        '0',
        '2',
        '3',
        '5',
        '6',
        '8',
        '9',
        '11',
      ])
    })

    test('of two producers interleaved in one partition', async () => {
      const topic = await harness.topic()
      const [kept, dropped] = [await transactional(), await transactional()]
      for (const round of [1, 2]) {
        for (const [producer, name] of [
          [kept, 'kept'],
          [dropped, 'dropped'],
        ] as const) {
          send(producer, topic, 0, `${name} ${round}`)
          await producer.flush()
        }
      }
      await dropped.abort()
      await kept.commit()
      expect(await harness.committed(topic, 0, 4)).toEqual(['kept 1', 'kept 2'])
    })

    test('an open one holds the last stable offset', async () => {
      const topic = await harness.topic()
      const [plain, open] = [await harness.producer(), await transactional()]
      send(plain, topic, 0, 'before')
      await plain.flush()
      send(open, topic, 0, 'open')
      await open.flush()
      send(plain, topic, 0, 'after')
      await plain.flush()
      const held = await harness.read(topic, 0, 1, { isolation: 'read_committed' })
      expect(held.values).toEqual(['before'])
      expect(held.fetched.at(-1)).toMatchObject({ nextOffset: 1, highWatermark: 3, lastStableOffset: 1 })
      await open.commit()
      expect(await harness.committed(topic, 0, 3)).toEqual(['before', 'open', 'after'])
    })

    test('a waiting read_committed poll wakes at the commit', async () => {
      const topic = await harness.topic()
      const producer = await transactional()
      const reading = harness.committed(topic, 0, 1)
      send(producer, topic, 0, 'a')
      await producer.flush()
      await producer.commit()
      expect(await reading).toEqual(['a'])
    })

    test('the marker has an offset: the position moves past it without records', async () => {
      const topic = await harness.topic()
      const producer = await transactional()
      send(producer, topic, 0, 'a')
      await producer.commit()
      const { values, nextOffset } = await harness.read(topic, 0, 2, { isolation: 'read_committed' })
      expect([values, nextOffset]).toEqual([['a'], 2])
      const marker = await harness.read(topic, 0, 2, { from: 1 })
      expect([marker.values, marker.nextOffset]).toEqual([[], 2])
      send(producer, topic, 0, 'b')
      await producer.commit()
      expect(producer.acknowledged(topic, 0)).toBe(3)
    })

    test('over several partitions: all or nothing', async () => {
      const topic = await harness.topic(3)
      const producer = await transactional()
      const sendToAll = (value: string): void => {
        for (const partition of [0, 1, 2]) send(producer, topic, partition, value)
      }
      sendToAll('aborted')
      await producer.flush()
      await producer.abort()
      sendToAll('committed')
      await producer.commit()
      for (const partition of [0, 1, 2]) {
        const end = producer.acknowledged(topic, partition)!
        expect(await harness.committed(topic, partition, end)).toEqual(['committed'])
      }
    })

    test('commit and abort with nothing open do nothing', async () => {
      const topic = await harness.topic()
      const producer = await transactional()
      await producer.commit()
      await producer.abort()
      send(producer, topic, 0, 'a')
      await producer.commit()
      await producer.commit()
      expect(await harness.committed(topic, 0, 2)).toEqual(['a'])
      expect(await harness.latest(topic)).toBe(2)
    })

    test('a gap in the sequence aborts the transaction; the next one begins anew', async () => {
      const topic = await harness.topic()
      const producer = await transactional()
      send(producer, topic, 0, 'a')
      await producer.flush()
      producer.reserve(topic, 0, 1)
      send(producer, topic, 0, 'c')
      await expect(producer.commit()).rejects.toMatchObject({ code: 'transaction-aborted' })
      expect(() => send(producer, topic, 0, 'd')).toThrow(producer.failure)
      await producer.abort()
      expect(producer.failure).toBeUndefined()
      send(producer, topic, 0, 'e')
      await producer.commit()
      expect(await harness.committed(topic, 0, producer.acknowledged(topic, 0)!)).toEqual(['e'])
    })

    test('init of a successor fences the predecessor and aborts its transaction', async () => {
      const topic = await harness.topic()
      const id = harness.name('tx')
      const predecessor = await transactional(id)
      send(predecessor, topic, 0, 'of the predecessor')
      await predecessor.flush()
      const successor = await harness.producer(id, harness.client())
      send(successor, topic, 0, 'of the successor')
      await successor.commit()
      await expect(predecessor.commit()).rejects.toMatchObject({ code: 'fenced' })
      expect(predecessor.failure).toMatchObject({ code: 'fenced' })
      expect(() => send(predecessor, topic, 0, 'more')).toThrow(predecessor.failure)
      const end = successor.acknowledged(topic, 0)!
      expect(await harness.committed(topic, 0, end)).toEqual(['of the successor'])
    })

    test('a fenced producer cannot write any more', async () => {
      const topic = await harness.topic()
      const id = harness.name('tx')
      const predecessor = await transactional(id)
      await harness.producer(id, harness.client())
      send(predecessor, topic, 0, 'late')
      await expect(predecessor.flush()).rejects.toMatchObject({ code: 'fenced' })
      expect(await harness.latest(topic)).toBe(0)
    })
  })

  describe('offsets of a transaction', () => {
    const committedOffset = async (groupId: string, topic: string): Promise<CommittedOffset | undefined> => {
      const [offset] = await harness.client().committedOffsets(groupId, [{ topic, partition: 0 }])
      return offset
    }

    test('round trip with metadata; partitions without a commit are left out', async () => {
      const topic = await harness.topic(3)
      const groupId = harness.name('group')
      const producer = await transactional()
      const offsets = [
        { topic, partition: 0, offset: 7, metadata: 'stream time 42; \u00e9\u4e16' },
        { topic, partition: 2, offset: 0, metadata: '' },
      ]
      expect(producer.inTransaction).toBe(false)
      await producer.sendOffsets(offsets, noMember(groupId))
      expect(producer.inTransaction).toBe(true)
      await producer.commit()
      const partitions = [0, 1, 2].map((partition) => ({ topic, partition }))
      const committed = await harness.one.committedOffsets(groupId, partitions)
      expect(committed.toSorted((a, b) => a.partition - b.partition)).toEqual(offsets)
      expect(await harness.one.committedOffsets(harness.name('other'), partitions)).toEqual([])
    })

    test('count from the commit on: who asks in between waits', async () => {
      const topic = await harness.topic()
      const groupId = harness.name('group')
      const producer = await transactional()
      const at = (offset: number) => [{ topic, partition: 0, offset, metadata: `${offset}` }]
      await producer.sendOffsets(at(3), noMember(groupId))
      await producer.commit()
      await producer.sendOffsets(at(5), noMember(groupId))
      const asked = committedOffset(groupId, topic)
      send(producer, topic, 0, 'with a record')
      await producer.commit()
      expect(await asked).toEqual(at(5)[0])
    })

    test('are forgotten when it is aborted', async () => {
      const topic = await harness.topic()
      const groupId = harness.name('group')
      const producer = await transactional()
      const at = (offset: number) => [{ topic, partition: 0, offset, metadata: '' }]
      await producer.sendOffsets(at(3), noMember(groupId))
      await producer.commit()
      await producer.sendOffsets(at(5), noMember(groupId))
      const asked = committedOffset(groupId, topic)
      await producer.abort()
      expect(await asked).toEqual(at(3)[0])
    })

    test('are forgotten when a successor takes over', async () => {
      const topic = await harness.topic()
      const groupId = harness.name('group')
      const id = harness.name('tx')
      const producer = await transactional(id)
      await producer.sendOffsets([{ topic, partition: 0, offset: 5, metadata: '' }], noMember(groupId))
      const asked = committedOffset(groupId, topic)
      await harness.producer(id, harness.client())
      expect(await asked).toBeUndefined()
    })
  })
}
