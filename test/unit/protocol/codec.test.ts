import { describe, expect, test } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { heartbeat } from '../../../src/protocol/api/heartbeat.ts'
import { joinGroup } from '../../../src/protocol/api/join-group.ts'
import { metadata } from '../../../src/protocol/api/metadata.ts'
import { defineApi, negotiate } from '../../../src/protocol/codec.ts'
import {
  array,
  bool,
  float64,
  int8,
  int16,
  int32,
  int64,
  nullableSince,
  nullableString,
  string,
  uuid,
  zeroUuid,
} from '../../../src/protocol/schema.ts'
import { since, struct, tagged, unused } from '../../../src/protocol/struct.ts'

const coded = (code: string): unknown => expect.objectContaining({ code })

describe('negotiate', () => {
  test('the highest version that both sides know', () => {
    expect(negotiate(metadata, 0, 11)).toBe(11)
    expect(negotiate(metadata, 0, 99)).toBe(12)
    expect(negotiate(metadata, 12, 13)).toBe(12)
    expect(negotiate(metadata, 0, 5)).toBe(5)
  })

  test('no version in common', () => {
    const message = 'the broker speaks Metadata versions 0 to 4, Millrace 5 to 12'
    expect(() => negotiate(metadata, 0, 4)).toThrow(
      expect.objectContaining({ code: 'broker-unsupported', message }),
    )
    expect(() => negotiate(metadata, 13, 14)).toThrow(coded('broker-unsupported'))
  })
})

interface Everything {
  readonly flag: boolean
  readonly tiny: number
  readonly small: number
  readonly medium: number
  readonly large: number
  readonly real: number
  readonly id: string
  readonly text: string
  readonly later: number
  readonly maybe: string | null
  readonly list: readonly string[]
  readonly extra: readonly number[]
  readonly more: string
}

const everything = defineApi<Everything, { readonly value: number }>({
  key: 99,
  name: 'Everything',
  versions: [0, 2],
  flexible: 2,
  request: struct<Everything>({
    flag: bool,
    tiny: int8,
    small: int16,
    medium: int32,
    large: int64,
    real: float64,
    id: uuid,
    text: string,
    later: since(1, int32, -1),
    maybe: nullableSince(1, nullableString),
    _gap: unused(int32, 77),
    list: array(string),
    extra: tagged(0, 2, array(int32), []),
    more: tagged(5, 2, string, ''),
  }),
  response: struct({ value: int64 }),
})

const value: Everything = {
  flag: true,
  tiny: -128,
  small: -32768,
  medium: -2147483648,
  large: -Number.MAX_SAFE_INTEGER,
  real: 0.1,
  id: '00112233-4455-6677-8899-aabbccddeeff',
  text: '\ufeffä€😀',
  later: 5,
  maybe: null,
  list: ['', 'b'],
  extra: [1],
  more: 'x'.repeat(200),
}

describe('the schema language', () => {
  test('all types survive, in a flexible version', () => {
    const bytes = everything.encodeRequest(value, 2)
    expect(everything.decodeRequest(bytes, 2)).toEqual(value)
  })

  test('what a version does not have reads as its default', () => {
    const bytes = everything.encodeRequest({ ...value, maybe: 'm' }, 0)
    expect(everything.decodeRequest(bytes, 0)).toEqual({
      ...value,
      maybe: 'm',
      later: -1,
      extra: [],
      more: '',
    })
  })

  test('null where the version has no null', () => {
    expect(() => everything.encodeRequest(value, 0)).toThrow(coded('value-out-of-range'))
    const bytes = everything.encodeRequest({ ...value, maybe: '' }, 0)
    const length = bytes.length - 4 - 4 - 2 - 3 - 2
    expect([...bytes.subarray(length, length + 2)]).toEqual([0, 0])
    bytes.fill(0xff, length, length + 2)
    expect(() => everything.decodeRequest(bytes, 0)).toThrow(/null where the version has none/)
  })

  test('tagged fields with their default value are not written', () => {
    const bytes = everything.encodeRequest({ ...value, extra: [], more: '' }, 2)
    expect(bytes.at(-1)).toBe(0)
  })

  test('unknown tagged fields are skipped to the byte', () => {
    const bytes = heartbeat.encodeResponse({ throttleTimeMs: 1, errorCode: 27 }, 4)
    expect(hex(bytes)).toBe('00000001001b00')
    const tags = [2, 0, 0, 200, 1, 3, 9, 9, 9]
    const extended = Uint8Array.from([...bytes.subarray(0, -1), ...tags])
    expect(heartbeat.decodeResponse(extended, 4)).toEqual({ throttleTimeMs: 1, errorCode: 27 })
    expect(() => heartbeat.decodeResponse(extended.subarray(0, -1), 4)).toThrow(coded('protocol-malformed'))
  })

  test('a known tagged field must fill its size', () => {
    const bytes = everything.encodeRequest({ ...value, extra: [], more: 'ab' }, 2)
    expect([...bytes.subarray(-6)]).toEqual([1, 5, 3, 3, 97, 98])
    const oversized = Uint8Array.from([...bytes.subarray(0, -6), 1, 5, 4, 3, 97, 98, 99])
    expect(() => everything.decodeRequest(oversized, 2)).toThrow(/1 bytes left over/)
  })

  test('bytes left over mean that the versions differ', () => {
    expect(() => heartbeat.decodeResponse(new Uint8Array(7), 3)).toThrow(
      expect.objectContaining({
        code: 'protocol-malformed',
        message: 'Heartbeat v3 response: 1 bytes left over at byte 6',
      }),
    )
  })

  test('integers that do not fit are refused, never rounded', () => {
    const refused = coded('value-out-of-range')
    expect(() => everything.encodeRequest({ ...value, tiny: 128 }, 2)).toThrow(refused)
    expect(() => everything.encodeRequest({ ...value, small: 32768 }, 2)).toThrow(refused)
    expect(() => everything.encodeRequest({ ...value, medium: 1.5 }, 2)).toThrow(refused)
    expect(() => everything.encodeRequest({ ...value, large: 2 ** 53 }, 2)).toThrow(refused)
    expect(() => everything.encodeRequest({ ...value, id: 'x' }, 2)).toThrow(refused)
    expect(() => everything.encodeRequest({ ...value, text: 'x'.repeat(32768) }, 1)).toThrow(refused)
  })

  test('an int64 beyond 2^53 is malformed', () => {
    const read = (digits: string): number =>
      everything.decodeResponse(Uint8Array.from(Buffer.from(digits, 'hex')), 0).value
    expect(read('001fffffffffffff')).toBe(Number.MAX_SAFE_INTEGER)
    expect(read('fffffffffffffffe')).toBe(-2)
    expect(() => read('0020000000000000')).toThrow(/int64 9007199254740992 is beyond 2\^53/)
    expect(() => read('7fffffffffffffff')).toThrow(coded('protocol-malformed'))
  })

  test('a count beyond the bytes present allocates nothing', () => {
    // JoinGroup v9 response: ..., member id, then 2^31 - 2 members in no bytes at all.
    const head = joinGroup
      .encodeResponse(
        {
          throttleTimeMs: 0,
          errorCode: 0,
          generationId: 1,
          protocolType: null,
          protocolName: null,
          leader: '',
          skipAssignment: false,
          memberId: '',
          members: [],
        },
        9,
      )
      .subarray(0, -2)
    const bytes = Uint8Array.from([...head, 255, 255, 255, 255, 7])
    expect(() => joinGroup.decodeResponse(bytes, 9)).toThrow(/2147483646 elements in 0 bytes/)
  })

  test('a version that we do not speak is a defect of the caller', () => {
    expect(() => heartbeat.encodeRequest({} as never, 5)).toThrow(coded('internal'))
    expect(() => heartbeat.decodeResponse(new Uint8Array(6), 2)).toThrow(coded('internal'))
  })

  test('the zero uuid', () => {
    const bytes = everything.encodeRequest({ ...value, id: zeroUuid }, 2)
    expect(everything.decodeRequest(bytes, 2).id).toBe(zeroUuid)
  })
})
