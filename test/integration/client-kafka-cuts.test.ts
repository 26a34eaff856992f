import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import { CuttingProxy } from '../broker/cutting-proxy.ts'
import { type KafkaBroker, startKafka } from '../broker/kafka-broker.ts'
import { Harness, send } from '../unit/client/suite/harness.ts'

/** So many connections are cut; then all stay, and the test comes to its end. */
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
    let options: { readonly brokers: readonly string[]; readonly clientId: string }

    beforeAll(async () => {
      const random = lehmer(7)
      // A handshake takes about 700 bytes, most answers below 100.
      const budget = (): number =>
        proxy.cuts < cuts ? 100 + Math.floor(random() * 3000) : Number.POSITIVE_INFINITY
      proxy = new CuttingProxy(() => Number(broker.brokers[0]!.split(':')[1]), budget)
      const address = `127.0.0.1:${await proxy.listen()}`
      broker = await startKafka({ properties: { 'advertised.listeners': `PLAINTEXT://${address}` } })
      options = { brokers: [address], clientId: 'cuts' }
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
      for (const partition of [0, 1]) {
        // The coordinator's own connection is cut, too, and it then writes its markers twice.
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
