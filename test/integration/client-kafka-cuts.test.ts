import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RefusalJudge } from '../../src/client/client.ts'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { StreamsError } from '../../src/core/errors.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import type { RecordToEncode } from '../../src/protocol/record-batch/encode.ts'
import { CuttingProxy } from '../broker/cutting-proxy.ts'
import { type KafkaBroker, startKafka } from '../broker/kafka-broker.ts'
import { isBefore, kafkaVersion } from '../broker/kafka-version.ts'
import { Harness, recordTime, send, sendRecords } from '../unit/client/suite/harness.ts'

/** So many connections are cut in each test; then all stay, and the test comes to its end. */
const cuts = 150
const transactions = 60

describe.skipIf(process.env['KAFKA_BROKERS'])(
  'connections that are cut off in the middle of an answer',
  () => {
    let broker: KafkaBroker
    let proxy: CuttingProxy
    const harness = new Harness(async () => ({
      client: () =>
        createKafkaClient(options, { clock: systemClock, logger: silentLogger, hooks: new Hooks() }),
      dispose: async () => {},
    }))
    let limit = cuts
    let options: { readonly brokers: readonly string[]; readonly clientId: string }

    beforeAll(async () => {
      const random = lehmer(7)
      // A handshake takes about 700 bytes, most answers below 100.
      const budget = (): number =>
        proxy.cuts < limit ? 100 + Math.floor(random() * 3000) : Number.POSITIVE_INFINITY
      proxy = new CuttingProxy(() => broker.proxiedPort('CUT'), budget)
      const port = await proxy.listen()
      // The coordinator's own connections are cut, too. With ZooKeeper a broker does not start without its own.
      const ownListener = isBefore(kafkaVersion, '3.3') ? 'PLAINTEXT' : 'CUT'
      broker = await startKafka({
        proxied: { CUT: port },
        properties: { 'inter.broker.listener.name': ownListener },
      })
      options = { brokers: [`127.0.0.1:${port}`], clientId: 'cuts' }
      await harness.start()
    })
    afterAll(async () => {
      await harness.reset()
      await proxy.close()
      await broker.stop()
    })

    test('every transaction counts once, its offsets too, and a reader sees all in order', async () => {
      const topic = await harness.topic(2)
      const member = harness.member(harness.name('group'), { sessionTimeoutMs: 60_000 })
      await member.join()
      const producer = await harness.producer(harness.name('transaction'))
      const expected: string[] = []
      for (let i = 0; i < transactions; i++) {
        for (let k = 0; k < 8; k++) {
          const value = `${i}-${k}`
          for (const partition of [0, 1]) send(producer, topic, partition, value)
          expected.push(value)
          if (k % 3 === 0) await producer.flush()
        }
        await producer.sendOffsets([{ topic, partition: 0, offset: i, metadata: `${i}` }], member.group)
        await producer.commit()
      }
      // A reader pauses longer with each answer that is cut.
      limit = Math.min(limit, proxy.cuts + 10)
      for (const partition of [0, 1]) {
        // A coordinator whose connection is cut writes its markers twice.
        const end = await harness.latest(topic, 'read_committed', partition)
        const { values } = await harness.read(topic, partition, end, { isolation: 'read_committed' })
        expect(values).toEqual(expected)
      }
      expect(await harness.one.committedOffsets(member.group.groupId, [{ topic, partition: 0 }])).toEqual([
        { topic, partition: 0, offset: transactions - 1, metadata: `${transactions - 1}` },
      ])
      expect(member.lost).toBe(false)
      expect(proxy.cuts).toBeGreaterThan(20)
    })

    test('records that are refused are left out, and no others', async () => {
      const before = proxy.cuts
      limit = before + cuts
      const topic = await harness.topic(1, { 'cleanup.policy': 'compact' })
      const producer = await harness.producer(harness.name('transaction'))
      // What may be in the log cannot be left out: the transaction begins anew.
      const judge: RefusalJudge = ({ unwritten }) => {
        if (!unwritten) throw new StreamsError('transaction-aborted', 'in doubt')
      }
      const record = (value: string, key: string | null): RecordToEncode => ({
        timestamp: recordTime,
        key: key === null ? null : utf8(key),
        value: utf8(value),
      })
      const attempt = async (transaction: number): Promise<void> => {
        for (let k = 0; k < 8; k++) {
          const records = [record(`${transaction}-${k}`, 'key'), record('no key', null)]
          sendRecords(producer, topic, 0, k % 4 === 0 ? records.slice(1) : records, judge)
        }
        await producer.commit()
      }
      for (let i = 0; i < transactions; i++) {
        for (let done = false; !done; ) {
          try {
            await attempt(i)
            done = true
          } catch (error) {
            if (!StreamsError.is(error, 'transaction-aborted')) throw error
            await producer.abort()
          }
        }
      }
      const expected = Array.from({ length: transactions }, (_, i) =>
        [1, 2, 3, 5, 6, 7].map((k) => `${i}-${k}`),
      ).flat()
      expect(await harness.committed(topic, 0, await harness.latest(topic, 'read_committed'))).toEqual(
        expected,
      )
      expect(proxy.cuts - before).toBeGreaterThan(20)
    })
  },
)

/** Lehmer's generator: numbers in [0, 1) that are the same each time. */
function lehmer(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 0x7fff_ffff
    return state / 0x7fff_ffff
  }
}
