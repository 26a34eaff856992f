import { expect, test } from 'vitest'
import { addressName, kafkaSettings } from '../../../src/client/kafka/options.ts'

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
