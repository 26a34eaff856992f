import { expect, test } from 'vitest'
import { windowKey, windowKeyText } from '../../../src/expr/window-key.ts'

const window = { start: Date.UTC(2024, 0, 5, 9, 3, 7, 45), end: Date.UTC(2024, 0, 5, 10, 5) }

test.each([
  ['{key}@{start:HH:mm:ss}', 'u1@09:03:07'],
  ['{start:yyyy-MM-dd}/{key}/{end:HH.mm}', '2024-01-05/u1/10.05'],
  ['{start:yyyyMMdd HHmmssSSS}', '20240105 090307045'],
  ['plain é', 'plain é'],
  ['{key}{key}', 'u1u1'],
  ['', ''],
])('%s', (template, text) => {
  expect(windowKeyText(windowKey(template).node)({ key: 'u1', window })).toBe(text)
})

test('is data', () => {
  expect(structuredClone(windowKey('<{key}@{start:HH:mm}').node)).toEqual({
    kind: 'window-key',
    parts: [
      { kind: 'literal', text: '<' },
      { kind: 'key' },
      { kind: 'literal', text: '@' },
      { kind: 'time', of: 'start', pattern: 'HH:mm' },
    ],
  })
})

test.each([
  ['{key', 0, "'{' has no partner"],
  ['ab}', 2, "'}' has no partner"],
  ['{key}}', 5, "'}' has no partner"],
  ['x{name}', 2, "found 'name'"],
  ['{start}', 1, "found 'start'"],
  ['{start:}', 1, "found 'start:'"],
  ['{start:HH:hh}', 10, "'hh'"],
  ['{start:YYYY}', 7, "'YYYY'"],
  ['{end:yy}', 5, "'yy'"],
  ['{end:HHH}', 5, "'HHH'"],
  ["{end:HH'h'}", 8, "'h'"],
  ['{start:HH{mm}', 9, "'{'"],
])('%s is refused at position %i', (template, position, problem) => {
  expect(() => windowKey(template)).toThrowError(expect.objectContaining({ code: 'topology-invalid' }))
  expect(() => windowKey(template)).toThrow(`at position ${position}, `)
  expect(() => windowKey(template)).toThrow(problem)
})
