import { expect, test } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import {
  boolean,
  bytes,
  float32,
  float64,
  int16,
  int32,
  int64,
  long,
  string,
  uuid,
} from '../../../src/serde/scalars.ts'
import type { Serde } from '../../../src/serde/serde.ts'

const id = '01234567-89ab-cdef-0123-456789abcdef'
const everySerde = [string, bytes, long, int64, int32, int16, float64, float32, boolean, uuid]

function written<T>(serde: Serde<T>, value: T): string {
  return hex(serde.serialize(value))
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run()
  } catch (error) {
    return StreamsError.is(error) ? error.code : String(error)
  }
  return undefined
}

test("bytes are those of Java's serdes", () => {
  expect(written(string, 'aé€')).toBe('61c3a9e282ac')
  expect(written(long, 1)).toBe('0000000000000001')
  expect(written(long, -2)).toBe('fffffffffffffffe')
  expect(written(int64, -(2n ** 63n))).toBe('8000000000000000')
  expect(written(int32, -2)).toBe('fffffffe')
  expect(written(int16, 258)).toBe('0102')
  expect(written(float64, 1.5)).toBe('3ff8000000000000')
  expect(written(float32, 1.5)).toBe('3fc00000')
  expect(written(boolean, true)).toBe('01')
  expect(written(uuid, id.toUpperCase())).toBe(hex(string.serialize(id)))
})

test.each([
  [string, ['', 'aé€', '\u{1f600}', '\ufeffwith a byte order mark']],
  [long, [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 32, -(2 ** 32) - 1]],
  [int64, [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)]],
  [int32, [0, 2 ** 31 - 1, -(2 ** 31)]],
  [int16, [0, 32767, -32768]],
  [float64, [0, -0.1, Number.NaN, Number.POSITIVE_INFINITY]],
  [float32, [0, 0.5, Number.NEGATIVE_INFINITY]],
  [boolean, [true, false]],
  [uuid, [id]],
] as [Serde<unknown>, unknown[]][])('$name reads what it wrote', (serde, values) => {
  for (const value of values) expect(serde.deserialize(serde.serialize(value))).toEqual(value)
})

test('values that do not fit are refused', () => {
  const unfit: [Serde<unknown>, unknown[]][] = [
    [long, [2 ** 53, -(2 ** 53), 0.5, Number.NaN, 1n, '1', undefined]],
    [int64, [2n ** 63n, -(2n ** 63n) - 1n, 1]],
    [int32, [2 ** 31, -(2 ** 31) - 1, 0.5]],
    [int16, [32768, -32769, 0.5]],
    [float64, ['1', undefined]],
    [string, [1, undefined, { a: 1 }]],
    [boolean, [0, 'true', undefined]],
    [bytes, ['61', [97]]],
    [uuid, ['', 'x', `${id}0`]],
  ]
  for (const [serde, values] of unfit) {
    for (const value of values) {
      expect(
        codeOf(() => serde.serialize(value)),
        `${serde.name} ${String(value)}`,
      ).toBe('value-out-of-range')
    }
  }
})

test('bytes of another length are refused, also in the middle of a larger buffer', () => {
  for (const serde of everySerde) {
    if (typeof serde.format !== 'number') continue
    for (const length of [0, serde.format - 1, serde.format + 1]) {
      const view = new Uint8Array(32).subarray(8, 8 + length)
      expect(codeOf(() => serde.deserialize(view))).toBe('deserialization')
    }
  }
  expect(codeOf(() => boolean.deserialize(Uint8Array.of(2)))).toBe('deserialization')
  expect(codeOf(() => boolean.deserialize(Uint8Array.of()))).toBe('deserialization')
  expect(codeOf(() => uuid.deserialize(string.serialize('no uuid')))).toBe('deserialization')
})

test('a long beyond what a number holds exactly is an error, never rounded', () => {
  expect(codeOf(() => long.deserialize(int64.serialize(2n ** 53n)))).toBe('value-out-of-range')
})

test('numbers are read from their place in a larger buffer', () => {
  const buffer = new Uint8Array(24)
  buffer.set(long.serialize(7), 8)
  expect(long.deserialize(buffer.subarray(8, 16))).toBe(7)
})

test.each([Uint8Array.of(1, 2), Buffer.of(1, 2)])('bytes read are a copy', (view) => {
  const read = bytes.deserialize(view)
  view[0] = 9
  expect(read).toEqual(Uint8Array.of(1, 2))
})

test('malformed text becomes U+FFFD, as in Java', () => {
  expect(string.deserialize(Uint8Array.of(0x61, 0xff))).toBe('a\ufffd')
})

test('formats tell the kernel what to check', () => {
  expect(everySerde.map(({ name, format }) => [name, format])).toEqual([
    ['string', 'utf8'],
    ['bytes', 'bytes'],
    ['long', 8],
    ['int64', 8],
    ['int32', 4],
    ['int16', 2],
    ['float64', 8],
    ['float32', 4],
    ['boolean', undefined],
    ['uuid', undefined],
  ])
})
