import { describe, expect, test } from 'vitest'
import type { Producer, Refusal, RefusalJudge } from '../../../../src/client/client.ts'
import { utf8, utf8Text } from '../../../../src/core/bytes.ts'
import { StreamsError } from '../../../../src/core/errors.ts'
import type { RecordToEncode } from '../../../../src/protocol/record-batch/encode.ts'
import { type Harness, noMember, recordTime, sendRecords } from './harness.ts'

const compacted = { 'cleanup.policy': 'compact' }
const small = { 'max.message.bytes': '1000' }

/** Records whose value is their name; compacted topics want a key. */
function record(name: string, key: string | null = 'key', bytes = 0): RecordToEncode {
  return { timestamp: recordTime, key: key === null ? null : utf8(key), value: utf8(name.padEnd(bytes, '.')) }
}

/** Leaves everything out, and notes it. */
function lenient(): { readonly refusals: Refusal[]; readonly judge: RefusalJudge } {
  const refusals: Refusal[] = []
  return { refusals, judge: (refusal) => refusals.push(refusal) }
}

function namesOf({ records }: Refusal): readonly string[] {
  return records.map(({ index, value }) => `${index} ${utf8Text(value!).replace(/\.+$/, '')}`)
}

/** What the broker does not take for what it is, in transactions and without. */
export function refusalTests(harness: Harness): void {
  describe.each(['idempotent', 'transactional'] as const)('refused records, %s', (kind) => {
    const newProducer = (): Promise<Producer> =>
      harness.producer(kind === 'transactional' ? harness.name('transaction') : undefined)
    const values = async (topic: string, count: number): Promise<readonly string[]> => {
      const found = await harness.committed(topic, 0, count)
      return found.map((value) => value.replace(/\.+$/, ''))
    }

    test('the judge is asked about those alone, and the others are written in order', async () => {
      const topic = await harness.topic(1, compacted)
      const producer = await newProducer()
      const { refusals, judge } = lenient()
      const batches = [
        [record('a')],
        [record('b'), record('no key', null), record('c'), record('none either', null)],
        [record('d'), record('e')],
        [record('alone', null)],
        [record('f')],
      ]
      for (const batch of batches) sendRecords(producer, topic, 0, batch, judge)
      await producer.flush()
      expect(producer.pendingBytes).toBe(0)
      sendRecords(producer, topic, 0, [record('g')], judge)
      await producer.commit()
      expect(refusals.map(namesOf)).toEqual([['1 no key', '3 none either'], ['0 alone']])
      const [{ records, ...refusal }] = refusals as [Refusal]
      expect(refusal).toEqual({ topic, partition: 0, retriable: false, unwritten: true })
      expect(records[0]).toMatchObject({ key: null, timestamp: recordTime, headers: [] })
      expect(records[0]!.error).toMatchObject({
        code: 'protocol-error',
        details: { kafkaError: 'INVALID_RECORD' },
        message: expect.stringContaining(`Produce to ${topic}-0 (`),
      })
      expect(await values(topic, 7)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
      expect(producer.acknowledged(topic, 0)).toBe(7)
    })

    test('a batch that is too large as a whole goes in parts; only records that are too large are refused', async () => {
      const topic = await harness.topic(1, small)
      const producer = await newProducer()
      const { refusals, judge } = lenient()
      const names = Array.from({ length: 20 }, (_, i) => `r${i}`)
      sendRecords(
        producer,
        topic,
        0,
        names.map((name, i) => record(name, 'key', i === 5 || i === 13 ? 1100 : 200)),
        judge,
      )
      sendRecords(producer, topic, 0, [record('next')], judge)
      await producer.commit()
      await producer.flush()
      expect(refusals.map(namesOf)).toEqual([['5 r5'], ['13 r13']])
      expect(refusals[0]!.records[0]!.error).toMatchObject({
        code: 'record-too-large',
        details: { kafkaError: 'MESSAGE_TOO_LARGE' },
      })
      expect(await values(topic, 19)).toEqual([...names.filter((_, i) => i !== 5 && i !== 13), 'next'])
    })

    test('what the judge throws is the failure, and nobody is asked about what follows', async () => {
      const topic = await harness.topic(1, compacted)
      const producer = await newProducer()
      const asked: string[] = []
      const judge: RefusalJudge = (refusal) => {
        asked.push(...namesOf(refusal))
        throw new StreamsError('processing', 'enough')
      }
      for (const name of ['a', 'b']) sendRecords(producer, topic, 0, [record(name, null)], judge)
      await expect(producer.flush()).rejects.toThrow('enough')
      expect(asked).toEqual(['0 a'])
      expect(producer.failure).toMatchObject({ code: 'processing' })
    })

    test('without a judge the producer fails', async () => {
      const topic = await harness.topic(1, compacted)
      const producer = await newProducer()
      sendRecords(producer, topic, 0, [record('a', null)])
      await expect(producer.flush()).rejects.toMatchObject({ details: { kafkaError: 'INVALID_RECORD' } })
    })

    test('a judge may send: that goes out before flush returns', async () => {
      const topic = await harness.topic(1, compacted)
      const letters = await harness.topic()
      const producer = await newProducer()
      const judge: RefusalJudge = ({ records }) => {
        for (const { value } of records) sendRecords(producer, letters, 0, [record(utf8Text(value!))])
      }
      sendRecords(producer, topic, 0, [record('dead', null)], judge)
      await producer.flush()
      expect(producer.acknowledged(letters, 0)).toBe(1)
      await producer.commit()
      expect(await values(letters, 1)).toEqual(['dead'])
    })
  })

  test('a transaction goes on without what was refused, its offsets too; an aborted one leaves nothing', async () => {
    const topic = await harness.topic(1, compacted)
    const groupId = harness.name('group')
    const producer = await harness.producer(harness.name('transaction'))
    const { refusals, judge } = lenient()
    const send = (...names: readonly string[]): void => {
      for (const name of names) sendRecords(producer, topic, 0, [record(name), record('none', null)], judge)
    }
    send('a', 'b')
    await producer.flush()
    await producer.abort()
    send('c', 'd')
    await producer.sendOffsets([{ topic, partition: 0, offset: 7, metadata: '' }], noMember(groupId))
    await producer.commit()
    send('e')
    await producer.commit()
    expect(refusals).toHaveLength(5)
    const end = await harness.latest(topic)
    expect(await harness.committed(topic, 0, end)).toEqual(['c', 'd', 'e'])
    expect(await harness.one.committedOffsets(groupId, [{ topic, partition: 0 }])).toMatchObject([
      { offset: 7 },
    ])
  })
}
