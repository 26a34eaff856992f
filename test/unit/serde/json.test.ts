import { expect, test } from 'vitest'
import { utf8, utf8Text } from '../../../src/core/bytes.ts'
import { json } from '../../../src/serde/json.ts'

test('writes compact JSON with members in order, and reads it', () => {
  const serde = json<{ b: number; a: (string | null)[] }>()
  const bytes = serde.serialize({ b: 1, a: ['é', null] })
  expect(utf8Text(bytes)).toBe('{"b":1,"a":["é",null]}')
  expect(serde.deserialize(bytes)).toEqual({ b: 1, a: ['é', null] })
})

test('refuses what is not JSON, either way', () => {
  const serde = json<unknown>()
  for (const text of ['', '{', '{"a":}', '[1,]', 'NaN', '\ufeff{}']) {
    expect(() => serde.deserialize(utf8(text)), text).toThrow(SyntaxError)
  }
  for (const value of [undefined, () => 1, 1n, Symbol('s')]) {
    expect(() => serde.serialize(value)).toThrowError(
      expect.objectContaining({ name: 'StreamsError', code: 'value-out-of-range' }),
    )
  }
  const circle: { self?: unknown } = {}
  circle.self = circle
  expect(() => serde.serialize(circle)).toThrow(/json: .*circular/i)
})

test('is one serde, so that topics of the same shape can share a source', () => {
  expect(json<{ a: number }>()).toBe(json<{ a: number }>())
  expect(json<unknown>().format).toBe('json')
})
