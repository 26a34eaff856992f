import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KafkaConnection } from '../../src/app/application-options.ts'
import { fromProperties } from '../../src/app/properties/from-properties.ts'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import type { KafkaOptions } from '../../src/client/kafka/options.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { type Logger, silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import { type Topic, topic } from '../../src/dsl/topic.ts'
import { type Tables, type Topology, topology } from '../../src/dsl/topology.ts'
import { long, string } from '../../src/serde/scalars.ts'
import { type BrokerKey, makeBrokerKey } from '../broker/broker-key.ts'
import { type ClientKey, makeClientKey } from '../broker/client-key.ts'
import { type KafkaBroker, startKafka } from '../broker/kafka-broker.ts'
import { kafkaJars } from '../broker/kafka-jars.ts'
import { isBefore, kafkaVersion } from '../broker/kafka-version.ts'
import { repositoryRoot } from '../broker/repository-root.ts'
import { partitionsOf, readCommitted } from '../crash/topic-log.ts'
import { AppHarness, partitions, until } from './app-harness.ts'

const password = 'of-clicks'
const applicationId = 'clicks-app'
const login = 'org.apache.kafka.common.security'

/** The rights of docs/security.md, as `TYPE PATTERN NAME OPERATION`. */
function documentedRights(source: string, sink: string): readonly string[] {
  const page = readFileSync(join(repositoryRoot, 'docs/security.md'), 'utf8')
  const rows = [...page.matchAll(/^\| (\w+) \| (literal|prefixed) \| ([^|]+) \| ([^|]+) \|/gm)]
  return rows.flatMap(([, type, pattern, about, operations]) => {
    const name = about!.startsWith('each source') ? source : about!.startsWith('each sink') ? sink : ''
    const named = name || about!.replaceAll('`', '').trim().replace('clicks', applicationId)
    return operations!.split(',').map((operation) => `${type} ${pattern} ${named} ${operation.trim()}`)
  })
}

function unsignedToken(subject: string): string {
  const seconds = Math.floor(systemClock.now() / 1000)
  const claims = { sub: subject, iat: seconds - 60, exp: seconds + 3600 }
  const parts = [{ alg: 'none' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return `${parts.join('.')}.`
}

describe.skipIf(process.env['KAFKA_BROKERS'] || isBefore(kafkaVersion, '3.3'))(
  'a broker that asks for TLS, a client certificate and a login, with an authorizer on',
  () => {
    let brokerKey: BrokerKey
    let clientKey: ClientKey
    let broker: KafkaBroker
    let harness: AppHarness
    let ssl: KafkaConnection['ssl']
    const logged: unknown[] = []
    const logger: Logger = {
      ...silentLogger,
      warn: (facts, text) => logged.push(['warn', text, facts]),
      error: (facts, text) => logged.push(['error', text, facts]),
    }

    const client = (options: Partial<KafkaOptions>) =>
      createKafkaClient(
        {
          brokers: broker.securedBrokers,
          clientId: 'secure',
          ...(ssl && { ssl }),
          startTimeoutMs: 500,
          ...options,
        },
        { clock: systemClock, logger: silentLogger, hooks: new Hooks() },
      )

    async function secure(...rules: readonly string[]): Promise<void> {
      const jars = await kafkaJars()
      const source = join(repositoryRoot, 'test/java/Secure.java')
      const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'
      await promisify(execFile)('java', [quiet, '-cp', join(jars, '*'), source, broker.brokers[0]!, ...rules])
    }

    beforeAll(async () => {
      brokerKey = await makeBrokerKey()
      clientKey = await makeClientKey()
      const listener = 'listener.name.sasl_ssl'
      broker = await startKafka({
        secured: true,
        properties: {
          ...brokerKey.properties,
          ...clientKey.properties,
          'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
          'super.users': 'User:ANONYMOUS',
          'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
          [`${listener}.plain.sasl.jaas.config`]: `${login}.plain.PlainLoginModule required user_clicks="${password}";`,
          [`${listener}.scram-sha-256.sasl.jaas.config`]: `${login}.scram.ScramLoginModule required;`,
          [`${listener}.scram-sha-512.sasl.jaas.config`]: `${login}.scram.ScramLoginModule required;`,
          [`${listener}.oauthbearer.sasl.jaas.config`]: `${login}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
          'connections.max.reauth.ms': 3000,
        },
      })
      ssl = { ca: brokerKey.certificate, pfx: readFileSync(clientKey.store), passphrase: clientKey.password }
      harness = new AppHarness(broker.brokers)
      await harness.createTopics()
    })
    afterAll(async () => {
      await harness[Symbol.asyncDispose]()
      await broker.stop()
      await brokerKey.remove()
      await clientKey.remove()
    })

    test('every mechanism, and anew when a session ends', async () => {
      await secure(`scram clicks ${password}`, `acl clicks Topic literal ${harness.clicks.name} Describe`)
      let tokens = 0
      const oauthBearerProvider = async (): Promise<{ value: string }> => {
        tokens++
        return { value: unsignedToken('clicks') }
      }
      const logins = [
        ...['plain', 'scram-sha-256', 'scram-sha-512'].map((mechanism) => ({
          mechanism,
          username: 'clicks',
          password,
        })),
        { mechanism: 'oauthbearer', oauthBearerProvider },
      ]
      const clients = logins.map((sasl) => client({ sasl }))
      const end = systemClock.monotonic() + 4000
      while (systemClock.monotonic() < end)
        for (const one of clients) {
          const found = await one.topics([harness.clicks.name])
          expect(found.get(harness.clicks.name)?.partitions).toBe(partitions)
        }
      // On the connections that there are: a session of 3 s would have ended.
      expect(tokens).toBeGreaterThan(1)
      await Promise.all(clients.map((one) => one.close()))
    })

    test('without its certificate, or with a wrong password, a client is refused, and no secret is told', async () => {
      const sasl = { mechanism: 'scram-sha-256', username: 'clicks', password: 'hunter2' }
      const wrong = client({ sasl })
      const failure = await wrong.topics(['t']).then(() => undefined, String)
      expect(failure).toContain('refused the SASL login')
      expect(failure).not.toContain('hunter2')
      await wrong.close()
      const unknown = client({ ssl: { ca: brokerKey.certificate }, sasl: { ...sasl, password } })
      await expect(unknown.topics(['t'])).rejects.toMatchObject({ code: 'broker-unreachable' })
      await unknown.close()
    })

    test("an application with a configuration of Java's runs under just the documented rights", async () => {
      const words: Topic<string, string> = harness.clicks as unknown as Topic<string, string>
      const source = topic(words.name, { key: string, value: string })
      const counting: Topology<Tables> = topology(import.meta.url, (b) => {
        b.stream(source)
          .selectKey((value) => value, { key: string })
          .groupByKey()
          .count({ store: { name: 'words' } })
          .toStream()
          .to(topic(harness.counts.name, { key: string, value: long }))
        return {}
      })
      await secure(
        `scram app ${password}`,
        ...documentedRights(harness.clicks.name, harness.counts.name).map((right) => `acl app ${right}`),
      )
      const { options } = fromProperties(`
application.id=${applicationId}
bootstrap.servers=${broker.securedBrokers.join()}
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=${login}.scram.ScramLoginModule required username="app" password="${password}";
ssl.truststore.type=PEM
ssl.truststore.certificates=${brokerKey.certificate.replaceAll(/\r?\n/g, '\\n')}
ssl.keystore.type=PKCS12
ssl.keystore.location=${clientKey.store}
ssl.keystore.password=${clientKey.password}
repartition.purge.interval.ms=50
`)
      const app = harness.app('secured', counting, { ...options, applicationId, logger })
      await app.start()
      const key = utf8('k')
      await harness.send(
        source.name,
        ['a', 'b', 'a'].map((value) => ({ timestamp: 0, key, value: utf8(value) })),
      )
      const counted = async (): Promise<Readonly<Record<string, number>>> => {
        const counts: Record<string, number> = {}
        await readCommitted(harness.client, partitionsOf(harness.counts.name, partitions), (_, record) => {
          counts[string.deserialize(record.key!)] = long.deserialize(record.value!)
        })
        return counts
      }
      await until(async () => Object.keys(await counted()).length === 2, app)
      expect(await counted()).toEqual({ a: 2, b: 1 })
      // Delete: what was read of the repartition topic goes.
      const internal = partitionsOf(`${applicationId}-words-repartition`, partitions)
      await until(async () => {
        const starts = await harness.client.listOffsets(internal, 'earliest', 'read_uncommitted')
        return starts.some(({ offset }) => offset > 0)
      }, app)
      await app.close()
      expect(logged).toEqual([])
    })

    test('without a right the application ends with the topic named', async () => {
      const sasl = { mechanism: 'plain', username: 'clicks', password }
      const app = harness.app('refused', harness.topology, {
        kafka: { brokers: broker.securedBrokers, ...(ssl && { ssl }), sasl },
        logger: silentLogger,
      })
      const failure = await app.start().then(() => undefined, String)
      expect(failure).toMatch(/AUTHORIZATION_FAILED/)
      expect(failure).not.toContain(password)
    })
  },
)
