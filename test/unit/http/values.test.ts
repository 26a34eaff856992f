import { describe, expect, test } from 'vitest'
import { jsonText } from '../../../src/http/json-value.ts'
import { keyOfText, textOfKey } from '../../../src/http/key-text.ts'
import { json } from '../../../src/serde/json.ts'
import { list } from '../../../src/serde/list.ts'
import {
  boolean,
  bytes,
  float64,
  int16,
  int32,
  int64,
  long,
  string,
  uuid,
} from '../../../src/serde/scalars.ts'
import type { Serde } from '../../../src/serde/serde.ts'
import { struct } from '../../../src/serde/struct.ts'

const id = '0f8fad5b-d9cb-469f-a165-70867728950e'

test.each<[unknown, string, unknown]>([
  [string, 'a/b ü', 'a/b ü'],
  [string, '', ''],
  [uuid, id, id],
  [int16, '-32768', -32_768],
  [int32, '2147483647', 2_147_483_647],
  [long, '9007199254740991', 9_007_199_254_740_991],
  [int64, '-9223372036854775808', -(2n ** 63n)],
  [float64, '1.5', 1.5],
  [boolean, 'true', true],
  [bytes, 'AP-_', new Uint8Array([0, 255, 191])],
  [json<object>(), '{"a":1}', { a: 1 }],
  [struct({ country: string, year: int32 }), '{"country":"de","year":2024}', { country: 'de', year: 2024 }],
  [list(int32), '[1,2]', [1, 2]],
])('a key of %o: %s', (of, text, key) => {
  const serde = of as Serde<unknown>
  expect(keyOfText(serde, text, 'key')).toEqual(key)
  expect(textOfKey(serde, key)).toBe(text)
})

test('base64 of both alphabets, padded or not', () => {
  for (const text of ['AP-_', 'AP+/', 'AA', 'AA=='])
    expect(keyOfText(bytes as Serde<unknown>, text, 'key')).toBeInstanceOf(Uint8Array)
})

test.each<[unknown, string]>([
  [uuid, 'x'],
  [int16, '32768'],
  [int32, '1.5'],
  [int32, '0x10'],
  [int32, ''],
  [long, '9007199254740992'],
  [int64, '9223372036854775808'],
  [int64, '1.0'],
  [float64, 'NaN'],
  [boolean, '1'],
  [bytes, '*'],
  [json<object>(), '{'],
  [struct({ year: int32 }), '{"year":"2024"}'],
  [list(int32), 'null'],
])('no key of %o: %s', (of, text) => {
  expect(() => keyOfText(of as Serde<unknown>, text, 'from')).toThrow(
    `from: ${JSON.stringify(text)} is not a key of the serde`,
  )
})

describe('JSON', () => {
  test.each([
    [2n ** 63n, '"9223372036854775808"'],
    [new Uint8Array([0, 255]), '"AP8="'],
    [Buffer.from('a'), '"YQ=="'],
    [Number.NaN, '"NaN"'],
    [Number.NEGATIVE_INFINITY, '"-Infinity"'],
    [null, 'null'],
    [undefined, 'null'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [new Map([['a', 1n]]), '[["a","1"]]'],
    [new Set([1n]), '["1"]'],
    [
      { total: 5n, none: undefined, inner: [{ raw: new Uint8Array(1) }] },
      '{"total":"5","inner":[{"raw":"AA=="}]}',
    ],
    [{ key: 5n, window: { start: 0, end: 10 } }, '{"key":"5","window":{"start":0,"end":10}}'],
  ])('%o', (value, text) => {
    expect(jsonText(value)).toBe(text)
  })
})
