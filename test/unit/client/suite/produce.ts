import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import { StreamsError } from '../../../../src/core/errors.ts'
import { decodeBatches } from '../../../../src/protocol/record-batch/decode.ts'
import { batchField } from '../../../../src/protocol/record-batch/header.ts'
import { type Harness, pollSome, recordTime, send, sendRecords } from './harness.ts'

export function produceTests(harness: Harness): void {
  describe('produce', () => {
    test('round trip over partitions: each keeps its order and its offsets', async () => {
      const topic = await harness.topic(3)
      const producer = await harness.producer()
      for (const round of [0, 1, 2])
        for (const partition of [0, 1, 2])
          send(producer, topic, partition, `${partition}/${round}a`, `${partition}/${round}b`)
      await producer.flush()
      for (const partition of [0, 1, 2]) {
        const { values, offsets } = await harness.read(topic, partition, 6)
        expect(values).toEqual(['0a', '0b', '1a', '1b', '2a', '2b'].map((value) => `${partition}/${value}`))
        expect(offsets).toEqual([0, 1, 2, 3, 4, 5])
      }
    })

    test('a batch comes back byte for byte after the fields that the log sets', async () => {
      const topic = await harness.topic()
      const producer = await harness.producer()
      send(producer, topic, 0, 'before')
      const headers = [
        { key: 'h', value: utf8('1') },
        { key: 'h', value: null },
      ]
      const records = [
        { timestamp: recordTime, key: utf8('key'), value: null, headers },
        { timestamp: recordTime - 5, key: null, value: utf8('value'), headers: [] },
      ]
      const batch = sendRecords(producer, topic, 0, records)
      await producer.flush()
      const fetcher = harness.fetcher()
      fetcher.add({ topic, partition: 0 }, 1)
      const [fetched] = await pollSome(fetcher)
      const run = fetched!.runs.at(-1)!
      expect(run.slice(-batch.length).slice(batchField.magic)).toEqual(batch.slice(batchField.magic))
      expect(decodeBatches(run, { fromOffset: 1 })).toEqual(
        records.map((record, i) => ({ ...record, offset: 1 + i })),
      )
    })

    test('acknowledged says where the log goes on', async () => {
      const topic = await harness.topic(2)
      const producer = await harness.producer()
      expect(producer.acknowledged(topic, 0)).toBeUndefined()
      send(producer, topic, 0, 'a', 'b')
      await producer.flush()
      expect(producer.acknowledged(topic, 0)).toBe(2)
      expect(producer.acknowledged(topic, 1)).toBeUndefined()
      const other = await harness.producer()
      send(other, topic, 0, 'c')
      await other.flush()
      expect(other.acknowledged(topic, 0)).toBe(3)
      expect(producer.acknowledged(topic, 0)).toBe(2)
    })

    test('pendingBytes counts what is not acknowledged, and drain waits for less of it', async () => {
      const topic = await harness.topic()
      const producer = await harness.producer()
      expect(producer.pendingBytes).toBe(0)
      const sizes = ['a', 'bb', 'ccc', 'dddd'].map((value) => send(producer, topic, 0, value).length)
      const total = sizes.reduce((sum, size) => sum + size)
      expect(producer.pendingBytes).toBe(total)
      await producer.drain(total - 1)
      expect(producer.pendingBytes).toBeLessThan(total)
      await producer.drain(0)
      expect(producer.pendingBytes).toBe(0)
      expect(producer.acknowledged(topic, 0)).toBe(4)
    })

    test('many batches at once stay in sequence', async () => {
      const topic = await harness.topic()
      const producer = await harness.producer()
      const sent = Array.from({ length: 50 }, (_, i) => `${i}`)
      for (const value of sent) send(producer, topic, 0, value)
      await producer.flush()
      expect(producer.failure).toBeUndefined()
      const { values } = await harness.read(topic, 0, 50)
      expect(values).toEqual(sent)
    })

    test('a gap in the sequence is a failure that stays', async () => {
      const topic = await harness.topic()
      const producer = await harness.producer()
      send(producer, topic, 0, 'a')
      await producer.flush()
      producer.reserve(topic, 0, 1)
      send(producer, topic, 0, 'c')
      await expect(producer.flush()).rejects.toSatisfy((error) => StreamsError.is(error))
      expect(producer.failure).toBeInstanceOf(StreamsError)
      expect(() => send(producer, topic, 0, 'd')).toThrow(producer.failure)
      expect(await harness.latest(topic)).toBe(1)
    })

    test('without a transactional id nothing is a transaction', async () => {
      const topic = await harness.topic()
      const producer = await harness.producer()
      send(producer, topic, 0, 'a')
      expect(producer.inTransaction).toBe(false)
      await producer.commit()
      expect(await harness.latest(topic, 'read_committed')).toBe(1)
    })
  })
}
