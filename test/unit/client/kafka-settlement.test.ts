import { describe, expect, test } from 'vitest'
import type { Refusal, RefusalJudge } from '../../../src/client/client.ts'
import type { Cluster } from '../../../src/client/kafka/cluster.ts'
import type { SentBatch } from '../../../src/client/kafka/produce-lane.ts'
import { ProduceQueue, type QueuedBatch } from '../../../src/client/kafka/produce-queue.ts'
import { Settlement } from '../../../src/client/kafka/settlement.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import type { ProducePartitionResult } from '../../../src/protocol/api/produce.ts'
import { kafkaError } from '../../../src/protocol/error-codes.ts'
import { encodeBatch } from '../../../src/protocol/record-batch/encode.ts'

const deliveryTimeoutMs = 1000

/** One partition, whose batches are sent and answered by hand. */
class Fixture {
  readonly clock = new ManualClock(0)
  readonly queue = new ProduceQueue('t', 0)
  readonly refusals: Refusal[] = []
  readonly failures: unknown[] = []
  readonly done: QueuedBatch[] = []
  readonly forgotten: string[] = []
  readonly settlement: Settlement
  judge: RefusalJudge = (refusal) => void this.refusals.push(refusal)

  constructor() {
    const cluster = {
      settings: { deliveryTimeoutMs },
      context: { clock: this.clock },
      forgetLeaders: ([queue]: readonly ProduceQueue[]) => void this.forgotten.push(queue!.name),
    } as unknown as Cluster
    this.settlement = new Settlement(cluster, {
      done: (batch) => this.done.push(batch),
      added: () => {},
      failed: (error) => this.failures.push(error),
      rested: () => {},
    })
  }

  push(records = 1): QueuedBatch {
    const record = { timestamp: 0, key: null, value: new Uint8Array(10) }
    const list = Array.from({ length: records }, () => record)
    const bytes = encodeBatch(list, {
      producerId: 1,
      producerEpoch: 0,
      sequence: this.queue.reserve(records),
    })
    const batch = { bytes, records, judge: (refusal: Refusal) => this.judge(refusal) }
    this.queue.push(batch)
    return batch
  }

  send(): SentBatch {
    this.queue.resting = false
    const batch = this.queue.next(1)!
    this.queue.sent(1)
    return { topic: 't', partition: 0, queue: this.queue, batch }
  }

  answer(sent: SentBatch, error: keyof typeof kafkaError, more: Partial<ProducePartitionResult> = {}): void {
    this.settlement.answered(sent, {
      index: 0,
      errorCode: kafkaError[error],
      baseOffset: -1,
      logAppendTimeMs: -1,
      logStartOffset: -1,
      recordErrors: [],
      errorMessage: null,
      ...more,
    })
  }
}

describe('what the broker calls retriable', () => {
  test('is sent again until the delivery timeout, then refused; the next ones are not borne for as long again', () => {
    const fixture = new Fixture()
    fixture.push()
    fixture.push(2)
    fixture.answer(fixture.send(), 'UNKNOWN_TOPIC_OR_PARTITION')
    fixture.clock.advance(deliveryTimeoutMs)
    fixture.answer(fixture.send(), 'NOT_LEADER_OR_FOLLOWER')
    expect([fixture.refusals, fixture.forgotten]).toEqual([[], ['t-0', 't-0']])
    fixture.clock.advance(1)
    fixture.answer(fixture.send(), 'UNKNOWN_TOPIC_OR_PARTITION')
    fixture.answer(fixture.send(), 'UNKNOWN_TOPIC_OR_PARTITION')
    expect(fixture.refusals.map(({ records, ...refusal }) => [records.length, refusal])).toEqual(
      [1, 2].map((n) => [n, { topic: 't', partition: 0, retriable: true, unwritten: true }]),
    )
    expect([fixture.failures, fixture.queue.hasWaiting, fixture.queue.reserve(0)]).toEqual([[], false, 0])
  })

  test.each([
    ['REQUEST_TIMED_OUT', {}],
    ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', {}],
    ['NOT_LEADER_OR_FOLLOWER', { baseOffset: 5 }],
  ] as const)('after %s %j it may be written, and the judge hears that', (error, more) => {
    const fixture = new Fixture()
    fixture.push()
    fixture.answer(fixture.send(), error, more)
    fixture.answer(fixture.send(), 'INVALID_RECORD')
    expect(fixture.refusals).toMatchObject([{ retriable: false, unwritten: false }])
  })

  test('without a judge, and for what is not about records, it is the failure', () => {
    for (const error of [
      'TOPIC_AUTHORIZATION_FAILED',
      'INVALID_PRODUCER_EPOCH',
      'INVALID_TXN_STATE',
    ] as const) {
      const fixture = new Fixture()
      fixture.push()
      fixture.answer(fixture.send(), error)
      expect(fixture.refusals).toEqual([])
      expect(fixture.failures).toMatchObject([{ details: { kafkaError: error } }])
    }
  })
})

test('an answer that never came: the batch goes again, for ever, and may be written', () => {
  const fixture = new Fixture()
  fixture.push()
  for (let i = 0; i < 5; i++) {
    fixture.settlement.unanswered(fixture.send())
    fixture.clock.advance(deliveryTimeoutMs)
  }
  expect([fixture.failures, fixture.refusals]).toEqual([[], []])
  fixture.answer(fixture.send(), 'MESSAGE_TOO_LARGE')
  expect(fixture.refusals).toMatchObject([{ unwritten: false }])
})

test('a batch that may be written is not split: sequences would not be what the broker knows', () => {
  const fixture = new Fixture()
  fixture.push(4)
  fixture.settlement.unanswered(fixture.send())
  fixture.answer(fixture.send(), 'MESSAGE_TOO_LARGE')
  expect(fixture.refusals).toEqual([])
  expect(fixture.failures).toMatchObject([{ code: 'transaction-aborted' }])
  const certain = new Fixture()
  certain.push(4)
  certain.answer(certain.send(), 'MESSAGE_TOO_LARGE')
  const half = certain.send()
  certain.answer(half, 'NONE', { baseOffset: 0 })
  expect([half.batch.records, certain.send().batch.records]).toEqual([2, 2])
})

test('what a judge throws is the failure; nobody is asked after it, until the producer is forgiven', () => {
  const fixture = new Fixture()
  const asked: number[] = []
  fixture.judge = ({ records }) => {
    asked.push(records.length)
    throw new StreamsError('processing', 'no')
  }
  for (const records of [1, 2, 3]) fixture.push(records)
  fixture.answer(fixture.send(), 'INVALID_RECORD')
  expect(fixture.failures).toMatchObject([{ message: 'no' }])
  fixture.settlement.abandoned = true
  fixture.answer(fixture.send(), 'INVALID_RECORD')
  expect(asked).toEqual([1])
  fixture.settlement.abandoned = false
  fixture.answer(fixture.send(), 'INVALID_RECORD')
  expect(asked).toEqual([1, 3])
})

test('a partition that the cluster does not know: what waits is refused when the delivery timeout is over', () => {
  const fixture = new Fixture()
  const batches = [fixture.push(), fixture.push(3)]
  fixture.settlement.missing(fixture.queue)
  fixture.clock.advance(deliveryTimeoutMs)
  fixture.settlement.missing(fixture.queue)
  expect(fixture.refusals).toEqual([])
  fixture.clock.advance(1)
  fixture.settlement.missing(fixture.queue)
  expect(
    fixture.refusals.map(({ records, retriable, unwritten }) => [records.length, retriable, unwritten]),
  ).toEqual([
    [1, true, true],
    [3, true, true],
  ])
  expect(fixture.refusals[0]!.records[0]!.error).toMatchObject({
    message: expect.stringContaining('not in the metadata of the cluster'),
    details: { kafkaError: 'UNKNOWN_TOPIC_OR_PARTITION' },
  })
  expect([fixture.done, fixture.queue.hasWaiting]).toEqual([batches, false])
})

test('record errors that name no record of the batch blame all', () => {
  const fixture = new Fixture()
  fixture.push(2)
  fixture.answer(fixture.send(), 'INVALID_RECORD', {
    recordErrors: [
      { batchIndex: 7, message: 'x' },
      { batchIndex: -1, message: 'x' },
    ],
  })
  expect(fixture.refusals).toMatchObject([{ records: [{ index: 0 }, { index: 1 }] }])
})
