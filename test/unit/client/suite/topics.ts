import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import { type Harness, recordTime, send, sendRecords } from './harness.ts'

export function topicTests(harness: Harness): void {
  describe('topics', () => {
    test('are created and described; unknown ones are left out', async () => {
      const [a, b] = [harness.name('a'), harness.name('b')]
      const topic = { replicationFactor: -1, configs: {} }
      await harness.one.createTopics([
        { name: a, partitions: 3, ...topic },
        { name: b, partitions: 1, ...topic },
      ])
      const topics = await harness.one.topics([a, harness.name('unknown'), b])
      expect([...topics.keys()].toSorted()).toEqual([a, b].toSorted())
      expect(topics.get(a)).toMatchObject({ name: a, partitions: 3 })
      expect(topics.get(b)).toMatchObject({ name: b, partitions: 1 })
      const again = await harness.client().topics([a])
      expect(again.get(a)).toEqual(topics.get(a))
    })

    test('that exist are left as they are', async () => {
      const name = await harness.topic(2)
      const before = await harness.one.topics([name])
      const added = harness.name('added')
      const topic = { partitions: 5, replicationFactor: -1, configs: { 'cleanup.policy': 'compact' } }
      await harness.one.createTopics([
        { name, ...topic },
        { name: added, ...topic },
      ])
      const after = await harness.one.topics([name, added])
      expect(after.get(name)).toEqual(before.get(name))
      expect(after.get(added)?.partitions).toBe(5)
    })

    test('are listed as they are described', async () => {
      const names = [await harness.topic(1), await harness.topic(3)]
      const listed = await harness.one.listTopics()
      const described = await harness.one.topics(names)
      for (const name of names) expect(listed.get(name)).toEqual(described.get(name))
      expect(described.size).toBe(2)
      const later = await harness.topic(2)
      expect(listed.has(later)).toBe(false)
      expect((await harness.one.listTopics()).get(later)?.partitions).toBe(2)
    })

    test('of the brokers themselves are not listed', async () => {
      const topic = await harness.topic()
      const transaction = await harness.producer(harness.name('tx'))
      send(transaction, topic, 0, 'a')
      const member = harness.member(harness.name('group'))
      const { generationId } = await member.join()
      expect(generationId).toBeGreaterThan(0)
      await transaction.sendOffsets([{ topic, partition: 0, offset: 1, metadata: '' }], member.group)
      await transaction.commit()
      const listed = await harness.one.listTopics()
      expect([...listed.keys()].filter((name) => name.startsWith('__'))).toEqual([])
      expect(listed.has(topic)).toBe(true)
    })
  })

  describe('listOffsets', () => {
    test('of an empty partition', async () => {
      const topic = await harness.topic()
      const partitions = [{ topic, partition: 0 }]
      const offset = (offset: number) => [{ topic, partition: 0, offset }]
      expect(await harness.one.listOffsets(partitions, 'earliest', 'read_committed')).toEqual(offset(0))
      expect(await harness.one.listOffsets(partitions, 'latest', 'read_committed')).toEqual(offset(0))
      expect(await harness.one.listOffsets(partitions, recordTime, 'read_committed')).toEqual(offset(-1))
    })

    test('earliest and latest, of several partitions', async () => {
      const topic = await harness.topic(2)
      const producer = await harness.producer()
      send(producer, topic, 0, 'a', 'b')
      send(producer, topic, 1, 'c')
      await producer.flush()
      const partitions = [0, 1].map((partition) => ({ topic, partition }))
      const offsets = async (at: 'earliest' | 'latest'): Promise<readonly number[]> => {
        const listed = await harness.one.listOffsets(partitions, at, 'read_uncommitted')
        return listed.toSorted((x, y) => x.partition - y.partition).map(({ offset }) => offset)
      }
      expect(await offsets('earliest')).toEqual([0, 0])
      expect(await offsets('latest')).toEqual([2, 1])
    })

    test('by time: the first record that is at least so late', async () => {
      const topic = await harness.topic()
      const producer = await harness.producer()
      const at = (ms: number) => ({ timestamp: recordTime + ms, key: null, value: utf8(`${ms}`) })
      sendRecords(producer, topic, 0, [at(0), at(10), at(20)])
      sendRecords(producer, topic, 0, [at(30)])
      await producer.flush()
      const find = async (ms: number): Promise<number> => {
        const [found] = await harness.one.listOffsets(
          [{ topic, partition: 0 }],
          recordTime + ms,
          'read_uncommitted',
        )
        return found!.offset
      }
      expect(await find(-5)).toBe(0)
      expect(await find(10)).toBe(1)
      expect(await find(11)).toBe(2)
      expect(await find(25)).toBe(3)
      expect(await find(31)).toBe(-1)
    })

    test('latest is the last stable offset for read_committed', async () => {
      const topic = await harness.topic()
      const plain = await harness.producer()
      send(plain, topic, 0, 'a')
      await plain.flush()
      const open = await harness.producer(harness.name('tx'))
      send(open, topic, 0, 'b', 'c')
      await open.flush()
      expect(await harness.latest(topic, 'read_uncommitted')).toBe(3)
      expect(await harness.latest(topic, 'read_committed')).toBe(1)
    })
  })

  describe('deleteRecords', () => {
    test('moves the start of the log, also into a batch', async () => {
      const topic = await harness.topic()
      const producer = await harness.producer()
      send(producer, topic, 0, 'a', 'b')
      send(producer, topic, 0, 'c', 'd', 'e')
      await producer.flush()
      await harness.one.deleteRecords([{ topic, partition: 0, offset: 3 }])
      const [earliest] = await harness.one.listOffsets(
        [{ topic, partition: 0 }],
        'earliest',
        'read_uncommitted',
      )
      expect(earliest!.offset).toBe(3)
      const { values, offsets } = await harness.read(topic, 0, 5, { from: 3 })
      expect(values).toEqual(['d', 'e'])
      expect(offsets).toEqual([3, 4])
    })

    test('up to the end leaves an empty log that goes on', async () => {
      const topic = await harness.topic()
      const producer = await harness.producer()
      send(producer, topic, 0, 'a', 'b')
      await producer.flush()
      await harness.one.deleteRecords([{ topic, partition: 0, offset: 2 }])
      send(producer, topic, 0, 'c')
      await producer.flush()
      const { values, offsets } = await harness.read(topic, 0, 3, { from: 2 })
      expect([values, offsets]).toEqual([['c'], [2]])
    })
  })
}
