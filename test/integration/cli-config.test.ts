import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BrokerKey, makeBrokerKey } from '../broker/broker-key.ts'
import { type KafkaBroker, startKafka } from '../broker/kafka-broker.ts'
import { openHarness } from './app-harness.ts'
import { jsonLines, millrace } from './cli-process.ts'

const password = 'of-the-test'

describe.skipIf(process.env['KAFKA_BROKERS'])('a cluster with TLS and SASL', () => {
  let key: BrokerKey
  let broker: KafkaBroker

  beforeAll(async () => {
    key = await makeBrokerKey()
    broker = await startKafka({
      secured: true,
      properties: {
        ...key.properties,
        'sasl.enabled.mechanisms': 'PLAIN',
        'listener.name.sasl_ssl.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_clicks="${password}";`,
      },
    })
  })
  afterAll(async () => {
    await broker.stop()
    await key.remove()
  })

  test('is reached by a file with the keys of Java; its secrets are not printed', async () => {
    const harness = await openHarness(broker.brokers)
    await harness.click('a', 'b')
    const { clicks, name } = harness
    await harness.client.admin.alterGroupOffsets(name, [
      { topic: clicks.name, partition: 0, offset: 0, metadata: '' },
    ])
    const config = (ofUser: string): string => {
      const file = join(harness.folder, 'client.properties')
      const lines = {
        'bootstrap.servers': broker.securedBrokers.join(','),
        'security.protocol': 'SASL_SSL',
        'sasl.mechanism': 'PLAIN',
        'sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required username="clicks" password="${ofUser}";`,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.certificates': key.certificate.replaceAll(/\r?\n/g, '\\n'),
      }
      writeFileSync(
        file,
        Object.entries(lines)
          .map(([name, value]) => `${name}=${value}\n`)
          .join(''),
      )
      return file
    }
    const found = await millrace('lag', name, '--json', '--config', config(password))
    expect(found.code, found.err).toBe(0)
    expect(jsonLines(found)).toMatchObject([{ group: name, state: 'Empty' }])
    const refused = await millrace('lag', name, '--config', config('another-secret'))
    expect(refused.code).toBe(1)
    expect(refused.out + refused.err).not.toContain('another-secret')
    expect(refused.err).toContain('millrace lag: ')
  })
})
