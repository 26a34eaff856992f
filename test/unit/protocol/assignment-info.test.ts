import { expect, test } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { decodeAssignmentInfo, encodeAssignmentInfo } from '../../../src/protocol/assignment-info.ts'

const bytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'))
const malformed = expect.objectContaining({ code: 'protocol-malformed' })

// The bytes were written by AssignmentInfo.encode of kafka-streams 4.3.1.
const body =
  '0000000b0000000b00000002000000000000000000000000000000010000000300000000000000020000000100000002000000000000000100146170702d636f756e74732d6368616e67656c6f67000000020000000100000003000000000000000000000001000000000006636c69636b73000000020006686f73742d3100001f900000000200000000000000000000000000000001000d68c3b67374c080eda0bdedb8800000000100000000000000010006686f73742d3200001f90000000010000000000000005'
const never = '000000007fffffffffffffff'
const at = '000000000000018bcfe56800'

const clicks = (partition: number): { topic: string; partition: number } => ({ topic: 'clicks', partition })
const info = {
  version: 11,
  commonlySupportedVersion: 11,
  activeTasks: [
    { subtopology: 0, partition: 0 },
    { subtopology: 1, partition: 3 },
  ],
  standbyTasks: [
    {
      taskId: { subtopology: 1, partition: 2 },
      partitions: [{ topic: 'app-counts-changelog', partition: 2 }],
    },
    { taskId: { subtopology: 1, partition: 3 }, partitions: [] },
  ],
  partitionsByHost: [
    { host: 'host-1', port: 8080, partitions: [clicks(0), clicks(1)] },
    // NUL and characters beyond the basic plane have their own form in Java's "modified UTF-8".
    { host: 'höst\0😀', port: 1, partitions: [] },
  ],
  standbyPartitionsByHost: [{ host: 'host-2', port: 8080, partitions: [clicks(5)] }],
  errorCode: 0,
  nextRebalanceMs: Number.POSITIVE_INFINITY,
}
const nothing = {
  ...info,
  activeTasks: [],
  standbyTasks: [],
  partitionsByHost: [],
  standbyPartitionsByHost: [],
}

test.each([
  ['no rebalance to follow', `${body}${never}`, info],
  ['a rebalance to follow', `${body}${at}`, { ...info, nextRebalanceMs: 1_700_000_000_000 }],
  ['empty', `0000000b0000000b${'00000000'.repeat(5)}${never}`, nothing],
])('the bytes of Java: %s', (_, digits, value) => {
  expect(hex(encodeAssignmentInfo(value))).toBe(digits)
  expect(decodeAssignmentInfo(bytes(digits))).toEqual(value)
})

const severalTopics =
  '0000000b0000000b0000000000000000000000030000000000057a656272610000000100046d756c65000000020003616e74000000010006686f73742d3100001f9000000004000000000000000000000002000000000000000100000001000000020000000300000000000000047fffffffffffffff'

test('topics stand once, by index', () => {
  const hosts = [
    {
      host: 'host-1',
      port: 8080,
      partitions: [
        { topic: 'zebra', partition: 0 },
        { topic: 'ant', partition: 0 },
        { topic: 'mule', partition: 1 },
        { topic: 'ant', partition: 3 },
      ],
    },
  ]
  const decoded = decodeAssignmentInfo(bytes(severalTopics))
  expect(decoded).toEqual({ ...nothing, partitionsByHost: hosts, errorCode: 4 })
  const again = encodeAssignmentInfo(decoded)
  expect(again).toHaveLength(severalTopics.length / 2)
  expect(decodeAssignmentInfo(again)).toEqual(decoded)
})

test('a topic index that the dictionary does not have is malformed', () => {
  const lost = severalTopics.replace('000000020003616e74', '000000090003616e74')
  expect(() => decodeAssignmentInfo(bytes(lost))).toThrow(/no topic has index 2/)
})

test('other versions are refused', () => {
  expect(() => decodeAssignmentInfo(bytes(`0000000a${body.slice(8)}${never}`))).toThrow(
    /unsupported version 10/,
  )
})

test('every truncation is malformed', () => {
  const whole = bytes(body + at)
  for (let size = 0; size < whole.length; size++)
    expect(() => decodeAssignmentInfo(whole.subarray(0, size)), `${size}`).toThrow(malformed)
})
