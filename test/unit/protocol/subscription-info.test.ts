import { expect, test } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import {
  decodeSubscriptionInfo,
  encodeSubscriptionInfo,
  latestOffsetSum,
  unknownOffsetSum,
} from '../../../src/protocol/subscription-info.ts'

const bytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'))
const malformed = expect.objectContaining({ code: 'protocol-malformed' })

// The bytes were written by SubscriptionInfo.encode of kafka-streams 4.3.1.
const full =
  '0000000b0000000b00112233445566778899aabbccddeeff0000000b686f73742d313a38303830000000030000000000000000fffffffffffffffeffff00000000000000010000001cbe991a14ffff0000000100000003fffffffffffffffdffff070000000000000002000000047a6f6e650000000565752d316100000007636c7573746572000000036b3873'
const empty = '0000000b0000000b00112233445566778899aabbccddeeff0000000000000000ff0000000400000000'

const processId = '00112233-4455-6677-8899-aabbccddeeff'
const info = {
  processId,
  userEndPoint: 'host-1:8080',
  taskOffsetSums: [
    { taskId: { subtopology: 0, partition: 0 }, offsetSum: latestOffsetSum },
    { taskId: { subtopology: 0, partition: 1 }, offsetSum: 123_456_789_012 },
    { taskId: { subtopology: 1, partition: 3 }, offsetSum: unknownOffsetSum },
  ],
  uniqueField: 7,
  errorCode: 0,
  clientTags: new Map([
    ['zone', 'eu-1a'],
    ['cluster', 'k8s'],
  ]),
}
const nothing = {
  processId,
  userEndPoint: null,
  taskOffsetSums: [],
  uniqueField: -1,
  errorCode: 4,
  clientTags: new Map<string, string>(),
}
const versions = { version: 11, latestSupportedVersion: 11 }

test.each([
  ['full', full, info],
  ['empty', empty, nothing],
])('the bytes of Java: %s', (_, digits, value) => {
  expect(hex(encodeSubscriptionInfo(value))).toBe(digits)
  expect(decodeSubscriptionInfo(bytes(digits))).toEqual({ ...value, ...versions })
})

test('of a version from the future only the versions are read', () => {
  expect(decodeSubscriptionInfo(bytes('0000000c0000000dffff'))).toMatchObject({
    version: 12,
    latestSupportedVersion: 13,
    taskOffsetSums: [],
  })
})

test('older versions are refused', () => {
  const version10 = '0000000a0000000b00112233445566778899aabbccddeeff0000000000000000ff00000000'
  expect(() => decodeSubscriptionInfo(bytes(version10))).toThrow(
    expect.objectContaining({
      code: 'member-unsupported',
      message: expect.stringContaining('unsupported version 10: a member of the group is older'),
    }),
  )
})

test('named topologies are refused: without the name a task id would not be unique', () => {
  const named = full.replace('fffffffffffffffeffff', 'fffffffffffffffe000161')
  expect(() => decodeSubscriptionInfo(bytes(named))).toThrow(malformed)
})

test('every truncation is malformed', () => {
  const whole = bytes(full)
  for (let size = 0; size < whole.length; size++)
    expect(() => decodeSubscriptionInfo(whole.subarray(0, size)), `${size}`).toThrow(malformed)
})
