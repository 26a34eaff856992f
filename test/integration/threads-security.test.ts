import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/time/clock.ts'
import { makeBrokerKey } from '../broker/broker-key.ts'
import { startKafka } from '../broker/kafka-broker.ts'
import { openHarness } from './app-harness.ts'
import type * as jobs from './threads/jobs.ts'
import { compiled, workerApp } from './worker-apps.ts'

const { clickCount } = await compiled<typeof jobs>('test/integration/threads/jobs.js')

test.skipIf(process.env['KAFKA_BROKERS'])(
  'worker threads over TLS, with tokens that a function of the application gives',
  async () => {
    const key = await makeBrokerKey()
    const broker = await startKafka({
      secured: true,
      properties: {
        ...key.properties,
        'sasl.enabled.mechanisms': 'OAUTHBEARER',
        // Tokens that nobody signed: Kafka's own for tests.
        'listener.name.sasl_ssl.oauthbearer.sasl.jaas.config':
          'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";',
      },
    })
    onTestFinished(async () => {
      await broker.stop()
      await key.remove()
    })
    const harness = await openHarness(broker.brokers)
    let tokens = 0
    const app = workerApp(harness, 'one', clickCount.withArgs({ name: harness.name }), {
      kafka: {
        brokers: broker.securedBrokers,
        // A Buffer arrives as an Uint8Array.
        ssl: { ca: Buffer.from(key.certificate) },
        sasl: {
          mechanism: 'oauthbearer',
          oauthBearerProvider: async () => {
            tokens++
            return { value: unsignedToken('clicks') }
          },
        },
      },
    })
    await app.start()
    await harness.click('ann', 'bob', 'ann')
    await harness.caughtUp(app)
    await app.close()
    expect(await harness.updates()).toEqual(harness.expected({ ann: 2, bob: 1 }))
    expect(tokens).toBeGreaterThanOrEqual(2)
  },
)

/** A JSON web token without a signature. */
function unsignedToken(subject: string): string {
  const seconds = Math.floor(systemClock.now() / 1000)
  const claims = { sub: subject, iat: seconds - 60, exp: seconds + 3600 }
  const parts = [{ alg: 'none' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return `${parts.join('.')}.`
}
