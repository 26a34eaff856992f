import { expect, test } from 'vitest'
import { field } from '../../../src/expr/build.ts'
import { evaluateCondition, evaluateField, evaluateTimestamp } from '../../../src/expr/evaluate.ts'
import type { Condition } from '../../../src/expr/expression.ts'

const holds = (condition: Condition<never>, value: unknown): boolean =>
  evaluateCondition(condition.node)(value)

test('fields are own members of objects', () => {
  const read = (path: string, value: unknown): unknown => evaluateField(field(path).node)(value)
  expect(read('a', { a: 1 })).toBe(1)
  expect(read('a.b.c', { a: { b: { c: 'x' } } })).toBe('x')
  expect(read('a', { a: null })).toBe(null)
  for (const [path, value] of [
    ['a', null],
    ['a', 'text'],
    ['a', 1],
    ['length', [1]],
    ['0', [1]],
    ['length', 'text'],
    ['toString', {}],
    ['__proto__', {}],
    ['a.b', { a: null }],
    ['a.b', { 'a.b': 1 }],
    ['a.b', { a: [{ b: 1 }] }],
  ] as const) {
    expect(read(path, value), `${path} of ${JSON.stringify(value)}`).toBe(undefined)
  }
  expect(read('__proto__', JSON.parse('{"__proto__":1}'))).toBe(1)
})

test('comparisons', () => {
  const row = { n: 5, s: 'x', b: false }
  const expected: [Condition<never>, boolean][] = [
    [field('n').eq(5), true],
    [field('n').eq(6), false],
    [field('n').ne(6), true],
    [field('n').ne(5), false],
    [field('n').gt(4), true],
    [field('n').gt(5), false],
    [field('n').ge(5), true],
    [field('n').ge(6), false],
    [field('n').lt(6), true],
    [field('n').lt(5), false],
    [field('n').le(5), true],
    [field('n').le(4), false],
    [field('s').eq('x'), true],
    [field('s').ne('x'), false],
    [field('b').eq(false), true],
    [field('b').ne(true), true],
  ]
  for (const [condition, result] of expected) {
    expect(holds(condition, row), JSON.stringify(condition.node)).toBe(result)
  }
})

test('a field that is absent or of another type matches nothing, ne included', () => {
  for (const row of [{}, null, { n: '5' }, { n: true }, { n: null }, { n: { x: 1 } }, { n: [5] }, 5]) {
    for (const op of ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const) {
      expect(holds(field('n')[op](5), row), `${op} ${JSON.stringify(row)}`).toBe(false)
    }
    expect(holds(field('n').eq(5).not(), row)).toBe(true)
  }
})

test('and, or, not', () => {
  const yes = field('n').eq(1)
  const no = field('n').eq(2)
  const row = { n: 1 }
  expect(holds(yes.and(no), row)).toBe(false)
  expect(holds(yes.and(yes), row)).toBe(true)
  expect(holds(no.or(yes), row)).toBe(true)
  expect(holds(no.or(no), row)).toBe(false)
  expect(holds(no.not(), row)).toBe(true)
  expect(holds(yes.and(no).or(yes.not().not()), row)).toBe(true)
})

test('timestamps are rounded to whole ms', () => {
  const seconds = evaluateTimestamp(field('t').seconds().node)
  expect(seconds({ t: 1704447600 })).toBe(1704447600000)
  expect(seconds({ t: 1.0004 })).toBe(1000)
  expect(seconds({ t: 1.0006 })).toBe(1001)
  expect(seconds({ t: -1 })).toBe(-1000)
  const millis = evaluateTimestamp(field('a.t').millis().node)
  expect(millis({ a: { t: 1.5 } })).toBe(2)
  expect(millis({ a: { t: -1.5 } })).toBe(-1)
})

test('what is not a time is undefined', () => {
  const seconds = evaluateTimestamp(field('t').seconds().node)
  for (const row of [null, {}, { t: null }, { t: '5' }, { t: 1e300 }, { t: 9.1e12 }]) {
    expect(seconds(row), JSON.stringify(row)).toBe(undefined)
  }
})

test('expressions are frozen data', () => {
  const condition = field('a.b').gt(1).and(field('c').eq('x').not())
  expect(structuredClone(condition.node)).toEqual({
    kind: 'and',
    left: { kind: 'compare', field: { kind: 'field', path: ['a', 'b'] }, op: 'gt', value: 1 },
    right: {
      kind: 'not',
      operand: { kind: 'compare', field: { kind: 'field', path: ['c'] }, op: 'eq', value: 'x' },
    },
  })
  expect(Object.isFrozen(condition.node)).toBe(true)
  expect(Object.isFrozen(field('a.b').node.path)).toBe(true)
})

test('wrong fields and numbers are refused', () => {
  for (const path of ['', 'a.', '.a', 'a..b']) {
    expect(() => field(path), path).toThrowError(expect.objectContaining({ code: 'topology-invalid' }))
  }
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => field('a').gt(value)).toThrow(/field\('a'\)\.gt\((NaN|Infinity)\)/)
  }
})
