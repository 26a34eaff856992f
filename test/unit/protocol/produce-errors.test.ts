import { expect, test } from 'vitest'
import { kafkaError } from '../../../src/protocol/error-codes.ts'
import { isAboutRecords, mayBeWritten } from '../../../src/protocol/produce-errors.ts'

// RecordCollectorImpl.recordSendError: what it hands to the production handler, and what it does not.
test.each([
  ['MESSAGE_TOO_LARGE', true],
  ['RECORD_LIST_TOO_LARGE', true],
  ['INVALID_TIMESTAMP', true],
  ['INVALID_RECORD', true],
  ['POLICY_VIOLATION', true],
  ['UNSUPPORTED_FOR_MESSAGE_FORMAT', true],
  ['UNSUPPORTED_COMPRESSION_TYPE', true],
  ['UNKNOWN_TOPIC_OR_PARTITION', true],
  ['NOT_ENOUGH_REPLICAS', true],
  ['REQUEST_TIMED_OUT', true],
  ['INVALID_TOPIC_EXCEPTION', false],
  ['TOPIC_AUTHORIZATION_FAILED', false],
  ['CLUSTER_AUTHORIZATION_FAILED', false],
  ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', false],
  ['UNKNOWN_SERVER_ERROR', false],
  ['OFFSET_METADATA_TOO_LARGE', false],
  ['SECURITY_DISABLED', false],
  ['PRODUCER_FENCED', false],
  ['INVALID_PRODUCER_EPOCH', false],
  ['INVALID_PRODUCER_ID_MAPPING', false],
  ['OUT_OF_ORDER_SEQUENCE_NUMBER', false],
  ['INVALID_TXN_STATE', false],
  ['TRANSACTION_ABORTABLE', false],
  ['NONE', false],
] as const)('%s is about records: %s', (name, expected) => {
  expect(isAboutRecords(kafkaError[name])).toBe(expected)
})

test('a code from the future is not about records', () => {
  expect(isAboutRecords(999)).toBe(false)
})

test.each([
  ['NOT_LEADER_OR_FOLLOWER', -1, false],
  ['NOT_LEADER_OR_FOLLOWER', 7, true],
  ['UNKNOWN_TOPIC_OR_PARTITION', -1, false],
  ['NOT_ENOUGH_REPLICAS', -1, false],
  ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', -1, true],
  ['REQUEST_TIMED_OUT', -1, true],
  ['KAFKA_STORAGE_ERROR', -1, true],
  ['MESSAGE_TOO_LARGE', -1, false],
] as const)('after %s with base offset %s the batch may be written: %s', (name, baseOffset, expected) => {
  expect(mayBeWritten(kafkaError[name], baseOffset)).toBe(expected)
})
