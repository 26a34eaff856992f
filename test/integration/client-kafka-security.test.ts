import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import type { KafkaOptions } from '../../src/client/kafka/options.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import { type BrokerKey, makeBrokerKey } from '../broker/broker-key.ts'
import { type KafkaBroker, startKafka } from '../broker/kafka-broker.ts'
import { Harness, send } from '../unit/client/suite/harness.ts'

const password = 'of-the-test'
const sasl = { mechanism: 'plain', username: 'clicks', password }

describe.skipIf(process.env['KAFKA_BROKERS'])('TLS and SASL', () => {
  let key: BrokerKey
  let broker: KafkaBroker
  let secure: KafkaOptions
  const harness = new Harness(async () => ({ client: () => client(), dispose: async () => {} }))

  function client(options: Partial<KafkaOptions> = {}) {
    const context = { clock: systemClock, logger: silentLogger, hooks: new Hooks() }
    return createKafkaClient({ ...secure, ...options }, context)
  }

  beforeAll(async () => {
    key = await makeBrokerKey()
    broker = await startKafka({
      secured: true,
      properties: {
        ...key.properties,
        'sasl.enabled.mechanisms': 'PLAIN',
        'listener.name.sasl_ssl.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_clicks="${password}";`,
        // Sessions so short that clients have to log in again in mid-connection.
        'connections.max.reauth.ms': 3000,
      },
    })
    const ca = key.certificate
    secure = { brokers: broker.securedBrokers, clientId: 'secure', ssl: { ca }, sasl, startTimeoutMs: 500 }
    await harness.start()
  })
  afterAll(async () => {
    await harness.reset()
    await broker.stop()
    await key.remove()
  })

  test('round trip, over several logins on the same connections', async () => {
    const topic = await harness.topic()
    const producer = await harness.producer(harness.name('transaction'))
    const expected: string[] = []
    const end = systemClock.monotonic() + 4000
    for (let i = 0; systemClock.monotonic() < end; i++) {
      send(producer, topic, 0, `${i}`)
      await producer.commit()
      expected.push(`${i}`)
    }
    expect(await harness.committed(topic, 0, expected.length * 2)).toEqual(expected)
  })

  test('a wrong password is an error at once', async () => {
    const wrong = client({ sasl: { ...sasl, password: 'wrong' }, startTimeoutMs: 60_000 })
    await expect(wrong.topics(['t'])).rejects.toMatchObject({
      code: 'broker-unreachable',
      message: expect.stringContaining('refused the SASL login'),
    })
    await wrong.close()
  })

  test('a certificate that nobody vouches for, and TLS spoken to a plain port', async () => {
    for (const options of [{ ssl: true }, { brokers: broker.brokers }]) {
      const suspicious = client(options)
      await expect(suspicious.topics(['t'])).rejects.toMatchObject({ code: 'broker-unreachable' })
      await suspicious.close()
    }
  })
})
