import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { connectionProblems } from '../../../../src/app/application-options.ts'
import { fromProperties } from '../../../../src/app/properties/from-properties.ts'
import { javaOptions, restoreOptions } from '../../../../src/app/properties/java-options.ts'
import { StreamsError } from '../../../../src/core/errors.ts'
import { resolveOptions } from '../../../../src/core/options.ts'

const required = 'application.id=clicks\nbootstrap.servers=one:9092, two:9092\n'

function problemsOf(text: string): readonly string[] {
  try {
    fromProperties(text)
  } catch (error) {
    if (StreamsError.is(error, 'options-invalid')) return error.message.split('\n')
    throw error
  }
  return []
}

test('a file of Java as it is', () => {
  const { options, ignored } = fromProperties(`${required}
num.stream.threads=4
num.standby.replicas=1
processing.guarantee=exactly_once_v2
commit.interval.ms=500
state.dir=/var/lib/clicks
acceptable.recovery.lag=9223372036854775807
default.deserialization.exception.handler=org.apache.kafka.streams.errors.LogAndContinueExceptionHandler
client.tag.zone=eu-1a
rack.aware.assignment.tags=zone
topic.min.insync.replicas=2
consumer.session.timeout.ms=30000
restore.consumer.max.partition.fetch.bytes=4194304
producer.buffer.memory=67108864
request.timeout.ms=20000
default.key.serde=org.apache.kafka.common.serialization.Serdes$StringSerde
rocksdb.config.setter=com.example.Tuned
`)
  expect(options).toEqual({
    applicationId: 'clicks',
    kafka: { brokers: ['one:9092', 'two:9092'], requestTimeoutMs: 20_000 },
    threads: 4,
    numStandbyReplicas: 1,
    commitInterval: 500,
    stateDir: '/var/lib/clicks',
    acceptableRecoveryLag: Number.POSITIVE_INFINITY,
    deserializationHandler: 'continue',
    clientTags: { zone: 'eu-1a' },
    rackAwareAssignmentTags: ['zone'],
    topic: { 'min.insync.replicas': '2' },
    sessionTimeout: 30_000,
    restoreConsumer: { maxPartitionFetchBytes: 4_194_304 },
    producer: { bufferMemory: 67_108_864 },
  })
  expect(ignored.map(({ key, reason }) => `${key}: ${reason}`)).toEqual([
    'processing.guarantee: every application here is exactly-once (exactly_once_v2), which promises all that at_least_once does',
    'default.key.serde: serdes are given with the topic or at the call that needs them',
    'rocksdb.config.setter: state is in LMDB: stateMemory bounds its memory, stateMapSize its file',
  ])
})

test('what is read is accepted as options, whatever there is in the table', () => {
  const lines = javaOptions
    .filter(({ key }) => !['application.id', 'bootstrap.servers'].includes(key))
    .map(({ key, kind }) => {
      if (typeof kind === 'object') return `${key}=x.y.${Object.keys(kind.classes)[0]}`
      return `${key}=${example[key] ?? (kind === 'number' ? 15_000 : 'earliest')}`
    })
  const restored = restoreOptions.map(({ key }) => `restore.consumer.${key}=15000`)
  const { options } = fromProperties(`${required}client.tag.zone=a\n${[...lines, ...restored].join('\n')}`)
  const { kafka, ...others } = options
  expect(connectionProblems(kafka)).toEqual([])
  const resolved = resolveOptions(others)
  expect(resolved).toMatchObject({
    restoreConsumer: { maxPartitionFetchBytes: 15_000 },
    taskTimeoutMs: 15_000,
  })
})

const example: Readonly<Record<string, string>> = {
  'metrics.recording.level': 'DEBUG',
  'commit.interval.ms': '100',
  'buffer.memory': '33554432',
  'heartbeat.interval.ms': '1000',
  'application.server': 'host:8080',
  'rack.aware.assignment.tags': 'zone',
}

test('the more special prefix goes before, in whatever order; a new name goes before the old', () => {
  const { options, ignored } = fromProperties(`${required}
main.consumer.session.timeout.ms=3
consumer.session.timeout.ms=2
session.timeout.ms=1
statestore.cache.max.bytes=5
cache.max.bytes.buffering=4
admin.retry.backoff.ms=7
`)
  expect(options).toMatchObject({ sessionTimeout: 3, cacheMaxBytes: 5 })
  expect(ignored).toEqual([
    {
      key: 'cache.max.bytes.buffering',
      reason: 'statestore.cache.max.bytes is there, which is its new name',
    },
    {
      key: 'admin.retry.backoff.ms',
      reason: 'all clients share this setting: give retry.backoff.ms without admin.',
    },
  ])
  expect(fromProperties(`${required}cache.max.bytes.buffering=4`).options.cacheMaxBytes).toBe(4)
})

test('all problems at once', () => {
  expect(
    problemsOf(`
num.stream.threads=two
comit.interval.ms=5
consumer.nonsense=1
production.exception.handler=com.example.Mine
security.protocol=TLS
`),
  ).toEqual([
    'num.stream.threads: not a whole number',
    'comit.interval.ms: no such key of Kafka Streams or its clients',
    'production.exception.handler: a class of Java: give a function in code (productionHandler)',
    'consumer.nonsense: no such key of Kafka Streams or its clients',
    'security.protocol: not PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL',
    'application.id: missing',
    'bootstrap.servers: missing',
  ])
})

test('SASL with a login module', () => {
  const { kafka } = fromProperties(`${required}
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\
  username="clicks" \\
  password="a \\\\"quoted\\\\" secret";
ssl.endpoint.identification.algorithm=
`).options
  expect(kafka.sasl).toEqual({
    mechanism: 'scram-sha-512',
    username: 'clicks',
    password: 'a "quoted" secret',
  })
  expect(kafka.ssl).toMatchObject({ checkServerIdentity: expect.any(Function) })
})

test('TLS with PEM, inline and in files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-properties-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const pem = join(directory, 'own.pem')
  writeFileSync(pem, 'key and chain')
  const inFiles = fromProperties(`${required}
security.protocol=SSL
ssl.truststore.type=PEM
ssl.truststore.certificates=-----BEGIN\\nCA
ssl.keystore.type=PEM
ssl.keystore.location=${pem}
ssl.key.password=secret
ssl.enabled.protocols=TLSv1.2,TLSv1.3
`).options.kafka.ssl
  expect(inFiles).toEqual({
    ca: '-----BEGIN\nCA',
    key: Buffer.from('key and chain'),
    cert: Buffer.from('key and chain'),
    passphrase: 'secret',
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
  })
  const file = join(directory, 'app.properties')
  writeFileSync(
    file,
    `${required}security.protocol=SSL\nssl.keystore.key=KEY\nssl.keystore.certificate.chain=CHAIN\n`,
  )
  for (const source of [file, pathToFileURL(file)])
    expect(fromProperties(source).options.kafka.ssl).toEqual({ key: 'KEY', cert: 'CHAIN' })
  expect(() => fromProperties(join(directory, 'none.properties'))).toThrow('cannot be read')
})

test('no secret is ever in a problem or a report', () => {
  const secret = 'hunter2'
  const text = `${required}
security.protocol=SASL_SSL
sasl.mechanism=PLAIN
sasl.jaas.config=Module required username="x" pasword="${secret}";
ssl.keystore.location=/nowhere.jks
ssl.keystore.password=${secret}
ssl.truststore.location=/nowhere.jks
ssl.truststore.password=${secret}
producer.ssl.key.password=${secret}
sasl.oauthbearer.client.credentials.client.secret=${secret}
`
  const problems = problemsOf(text)
  expect(problems).toHaveLength(3)
  expect(problems.join()).not.toContain(secret)
  const { ignored } = fromProperties(`${required}producer.ssl.key.password=${secret}`)
  expect(JSON.stringify(ignored)).not.toContain(secret)
  expect(ignored).toHaveLength(1)
})

test('a key that was broken into lines without backslashes is not repeated', () => {
  expect(
    problemsOf(`${required}ssl.keystore.key=-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\nb+/9=\n`),
  ).toEqual([
    'a line that is no property: no such key of Kafka Streams or its clients',
    'a line that is no property: no such key of Kafka Streams or its clients',
  ])
})

test('tokens and Kerberos are told as what they are', () => {
  for (const mechanism of ['OAUTHBEARER', 'GSSAPI'])
    expect(problemsOf(`${required}security.protocol=SASL_SSL\nsasl.mechanism=${mechanism}`)[0]).toContain(
      `sasl.mechanism: ${mechanism}`,
    )
})
