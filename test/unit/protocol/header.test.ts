import { expect, test } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import { apiVersions } from '../../../src/protocol/api/api-versions.ts'
import { joinGroup } from '../../../src/protocol/api/join-group.ts'
import { encodeRequestHeader, responseBody, splitResponse } from '../../../src/protocol/header.ts'

// The bytes were written by RequestHeaderData of kafka-clients 4.3.1.
test.each([
  [5, '000b00050000000700086d696c6c72616365'],
  [9, '000b00090000000700086d696c6c7261636500'],
])('the request header of JoinGroup v%i', (version, digits) => {
  expect(hex(encodeRequestHeader(joinGroup, version, 7, 'millrace'))).toBe(digits)
})

test('a client id may be absent', () => {
  expect(hex(encodeRequestHeader(joinGroup, 5, 7, null))).toBe('000b000500000007ffff')
})

test('the tagged fields of a flexible response header are skipped, to the byte', () => {
  const frame = Uint8Array.of(0, 0, 0, 7, 2, 0, 1, 99, 130, 1, 0, 42, 43)
  expect(splitResponse(joinGroup, 9, frame)).toEqual({ correlationId: 7, body: Uint8Array.of(42, 43) })
  expect(responseBody(joinGroup, 9, frame.subarray(4))).toEqual(Uint8Array.of(42, 43))
})

test('the headers of older responses, and of ApiVersions in any version, have none', () => {
  const frame = Uint8Array.of(0, 0, 0, 7, 0, 42)
  expect(splitResponse(joinGroup, 5, frame).body).toEqual(Uint8Array.of(0, 42))
  expect(splitResponse(apiVersions, 3, frame).body).toEqual(Uint8Array.of(0, 42))
})

test.each([
  [[]],
  [[0, 0, 0]],
  [[0, 0, 0, 7]],
  [[0, 0, 0, 7, 1]],
  [[0, 0, 0, 7, 1, 0, 9, 1]],
  [[0, 0, 0, 7, 255, 255, 255, 255, 15]],
])('a header cut off or out of bounds is malformed: %j', (frame) => {
  const read = (): unknown => splitResponse(joinGroup, 9, Uint8Array.from(frame))
  expect(read).toThrow(StreamsError)
  expect(read).toThrow(/JoinGroup v9 response header/)
})
