import { Kafka, logLevel } from 'kafkajs'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Refusal } from '../../src/client/client.ts'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import { Harness, recordTime, sendRecords } from '../unit/client/suite/harness.ts'

describe('a topic that is deleted while it is written to', () => {
  const brokers = inject('kafkaBrokers')
  const harness = new Harness(async () => ({
    client: () =>
      createKafkaClient(
        { brokers, clientId: 'missing', deliveryTimeoutMs: 1000, apiTimeoutMs: 500 },
        { clock: systemClock, logger: silentLogger, hooks: new Hooks() },
      ),
    dispose: async () => {},
  }))
  beforeAll(() => harness.start())
  afterEach(() => harness.reset())
  afterAll(() => harness.stop())

  async function remove(topic: string): Promise<void> {
    const admin = new Kafka({
      brokers: [...brokers],
      clientId: 'missing',
      logLevel: logLevel.NOTHING,
    }).admin()
    await admin.connect()
    await admin.deleteTopics({ topics: [topic] })
    await admin.disconnect()
    while ((await harness.one.topics([topic])).size > 0) await systemClock.sleep(20)
  }

  test.each(['idempotent', 'transactional'] as const)(
    '%s: its records are refused after the delivery timeout, and others are written',
    async (kind) => {
      const [deleted, other] = [await harness.topic(), await harness.topic()]
      const producer = await harness.producer(
        kind === 'transactional' ? harness.name('transaction') : undefined,
      )
      const refusals: Refusal[] = []
      const send = (topic: string, value: string): void => {
        const records = [{ timestamp: recordTime, key: null, value: utf8(value) }]
        sendRecords(producer, topic, 0, records, (refusal) => refusals.push(refusal))
      }
      for (const topic of [deleted, other]) send(topic, 'before')
      await producer.commit()
      await producer.flush()
      await remove(deleted)
      for (const value of ['a', 'b']) for (const topic of [deleted, other]) send(topic, value)
      await producer.flush()
      await producer.commit()
      expect(refusals.map(({ topic, retriable, unwritten }) => [topic, retriable, unwritten])).toEqual([
        [deleted, true, true],
        [deleted, true, true],
      ])
      expect(refusals[0]!.records[0]!.error).toMatchObject({
        details: { kafkaError: 'UNKNOWN_TOPIC_OR_PARTITION' },
      })
      const end = await harness.latest(other)
      expect(await harness.committed(other, 0, end)).toEqual(['before', 'a', 'b'])
    },
  )
})
