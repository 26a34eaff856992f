import { expect, test } from 'vitest'
import { addressName, kafkaProblems, kafkaSettings } from '../../../src/client/kafka/options.ts'

const clientId = 'test'

test('addresses', () => {
  const { bootstrap } = kafkaSettings({ brokers: ['kafka-1:9092', ' [::1]:19092'], clientId })
  expect(bootstrap).toEqual([
    { host: 'kafka-1', port: 9092 },
    { host: '::1', port: 19_092 },
  ])
  expect(bootstrap.map(addressName)).toEqual(['kafka-1:9092', '[::1]:19092'])
})

test.each(['kafka', 'kafka:', ':9092', 'kafka:0', 'kafka:65536', 'a:b:1', 'kafka:9092/x'])(
  "'%s' is refused",
  (broker) => {
    expect(() => kafkaSettings({ brokers: [broker], clientId })).toThrow(
      expect.objectContaining({ code: 'options-invalid', message: expect.stringContaining(broker) }),
    )
  },
)

test('at least one broker', () => {
  expect(() => kafkaSettings({ brokers: [], clientId })).toThrow(/at least one/)
})

test('a login is checked, and its secrets are not told', () => {
  const brokers = ['one:9092']
  expect(kafkaProblems({ brokers, sasl: { mechanism: 'scram-sha-1', password: 'hunter2' } })).toEqual([
    'kafka.sasl.mechanism: none of plain, scram-sha-256, scram-sha-512, oauthbearer, aws',
  ])
  expect(kafkaProblems({ brokers, sasl: { mechanism: 'PLAIN', username: 'x', pasword: 'hunter2' } })).toEqual(
    ['kafka.sasl.password: PLAIN needs a string here'],
  )
  expect(
    kafkaProblems({ brokers, sasl: { mechanism: 'oauthbearer', oauthBearerProvider: 'token' } }),
  ).toEqual(['kafka.sasl.oauthBearerProvider: oauthbearer needs a function here'])
  const own = { mechanism: 'mine', authenticationProvider: () => ({}) }
  expect(kafkaProblems({ brokers, sasl: own })).toEqual([])
  expect(kafkaProblems({ brokers, requestTimeoutMs: -1, retryBackoffMs: 1.5 })).toEqual([
    'kafka.requestTimeoutMs: not a whole number of ms',
    'kafka.retryBackoffMs: not a whole number of ms',
  ])
})
