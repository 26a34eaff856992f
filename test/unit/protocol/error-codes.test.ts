import { expect, test } from 'vitest'
import {
  isRetriable,
  kafkaError,
  kafkaErrorKind,
  kafkaErrorName,
  meansStaleCoordinator,
  meansStaleMetadata,
  protocolError,
} from '../../../src/protocol/error-codes.ts'

test('all codes of Kafka 4.3, without gaps', () => {
  expect(Object.values(kafkaError).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 135 }, (_, i) => i - 1),
  )
  expect(kafkaErrorName(90)).toBe('PRODUCER_FENCED')
  expect(kafkaErrorName(-1)).toBe('UNKNOWN_SERVER_ERROR')
  expect(kafkaErrorName(999)).toBe('error 999')
})

test.each([
  ['NONE', 'none'],
  ['NOT_LEADER_OR_FOLLOWER', 'retriable'],
  ['COORDINATOR_LOAD_IN_PROGRESS', 'retriable'],
  ['CONCURRENT_TRANSACTIONS', 'retriable'],
  ['UNSTABLE_OFFSET_COMMIT', 'retriable'],
  ['PRODUCER_FENCED', 'fenced'],
  ['INVALID_PRODUCER_EPOCH', 'fenced'],
  ['INVALID_PRODUCER_ID_MAPPING', 'fenced'],
  ['ILLEGAL_GENERATION', 'fenced'],
  ['TRANSACTION_ABORTABLE', 'abortable'],
  ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'abortable'],
  ['MESSAGE_TOO_LARGE', 'fatal'],
  ['REBALANCE_IN_PROGRESS', 'fatal'],
  ['UNKNOWN_SERVER_ERROR', 'fatal'],
] as const)('%s is %s', (name, kind) => {
  expect(kafkaErrorKind(kafkaError[name])).toBe(kind)
  expect(isRetriable(kafkaError[name])).toBe(kind === 'retriable')
})

test('a code from the future is fatal', () => {
  expect(kafkaErrorKind(999)).toBe('fatal')
})

test('where to ask again', () => {
  expect(meansStaleMetadata(kafkaError.NOT_LEADER_OR_FOLLOWER)).toBe(true)
  expect(meansStaleMetadata(kafkaError.REQUEST_TIMED_OUT)).toBe(false)
  expect(meansStaleCoordinator(kafkaError.NOT_COORDINATOR)).toBe(true)
  expect(meansStaleCoordinator(kafkaError.COORDINATOR_LOAD_IN_PROGRESS)).toBe(false)
})

test.each([
  ['FENCED_INSTANCE_ID', 'fenced'],
  ['UNKNOWN_MEMBER_ID', 'fenced'],
  ['INVALID_TXN_STATE', 'transaction-aborted'],
  ['UNKNOWN_PRODUCER_ID', 'transaction-aborted'],
  ['OFFSET_OUT_OF_RANGE', 'offset-out-of-range'],
  ['UNSUPPORTED_VERSION', 'broker-unsupported'],
  ['TOPIC_AUTHORIZATION_FAILED', 'protocol-error'],
  ['NOT_LEADER_OR_FOLLOWER', 'protocol-error'],
] as const)('%s becomes %s', (name, code) => {
  const error = protocolError(kafkaError[name], 'Produce to orders-3', { partition: 3 })
  expect(error).toMatchObject({
    code,
    message: `Produce to orders-3: the broker answered ${name}`,
    details: { kafkaError: name, kafkaErrorCode: kafkaError[name], partition: 3 },
  })
})
