import { expect, test } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../src/protocol/consumer-protocol.ts'

const bytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'))

const subscription = {
  topics: ['clicks', 'users'],
  userData: Uint8Array.of(1, 2),
  ownedPartitions: [
    { topic: 'clicks', partitions: [0, 2] },
    { topic: 'users', partitions: [1] },
  ],
  generationId: 5,
  rackId: 'r1',
}

// The bytes were written by ConsumerProtocol.serializeSubscription and serializeAssignment of kafka-clients 4.3.1.
const v0 = '0000000000020006636c69636b7300057573657273000000020102'
const owned = '000000020006636c69636b73000000020000000000000002000575736572730000000100000001'

test.each([
  [0, v0, { ...subscription, ownedPartitions: [], generationId: -1, rackId: null }],
  [1, `0001${v0.slice(4)}${owned}`, { ...subscription, generationId: -1, rackId: null }],
  [2, `0002${v0.slice(4)}${owned}00000005`, { ...subscription, rackId: null }],
  [3, `0003${v0.slice(4)}${owned}0000000500027231`, subscription],
])('ConsumerProtocolSubscription v%i', (version, digits, seen) => {
  expect(hex(encodeSubscription(subscription, version))).toBe(digits)
  expect(decodeSubscription(bytes(digits))).toEqual(seen)
})

test('ConsumerProtocolAssignment', () => {
  const digits = '0003000000010006636c69636b73000000020000000000000002000000020102'
  const assignment = {
    assignedPartitions: [{ topic: 'clicks', partitions: [0, 2] }],
    userData: Uint8Array.of(1, 2),
  }
  expect(hex(encodeAssignment(assignment))).toBe(digits)
  expect(decodeAssignment(bytes(digits))).toEqual(assignment)
  const empty = '000300000000ffffffff'
  expect(hex(encodeAssignment({ assignedPartitions: [], userData: null }))).toBe(empty)
  expect(decodeAssignment(bytes(empty))).toEqual({ assignedPartitions: [], userData: null })
})

test('a version from the future is read as the latest known, whatever follows', () => {
  const digits = `0009${hex(encodeSubscription(subscription)).slice(4)}010203`
  expect(decodeSubscription(bytes(digits))).toEqual(subscription)
})

test.each(['', '00', 'ffff00000000', '000300000001', '000000000000ffffffff00'])('malformed: %s', (digits) => {
  expect(() => decodeSubscription(bytes(digits))).toThrow(
    expect.objectContaining({ code: 'protocol-malformed' }),
  )
})
