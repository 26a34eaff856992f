import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { createWasmKernel } from '../../../src/kernel/load.ts'
import type { Predicate } from '../../../src/kernel/program.ts'
import { batchOf, Driver, programOf } from './kernel.driver.ts'

/** @returns indexes of the values for which the predicate on the field at `path` holds. */
function passing(values: readonly (string | Uint8Array)[], predicate: Predicate, path = ['f']): number[] {
  const program = programOf({ fields: [path], filter: predicate })
  const driver = new Driver(createWasmKernel(program), program)
  driver.process([batchOf(values.map((value, i) => ({ key: `${i}`, value })))])
  expect(driver.bad).toEqual([])
  driver.commit()
  return driver.sent(0).map(({ key }) => Number(Buffer.from(key!).toString()))
}

const compare = (
  value: string | number | boolean,
  op: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' = 'eq',
): Predicate => ({ kind: 'compare', field: 0, op, value })

const numbers: readonly string[] = [
  // Rounded twice, these would be wrong.
  ...['14302849577730905e7', '9936977924094489e15', '9808052797278113e7', '21898142068988713e-3'],
  ...['9007199254740991', '9007199254740992', '9007199254740993', '9007199254740994', '-9007199254740993'],
  ...['0.1', '0.30000000000000004', '0.3', '1e22', '1e23', '1E-22', '1e-23', '4.9e-324', '2e-324', '1e308'],
  ...[
    '1.7976931348623157e308',
    '1.7976931348623159e308',
    '1e400',
    '-1e400',
    '0e999999999',
    '-0',
    '0.0e-99999',
  ],
  ...['18446744073709551616', '18446744073709551615', '36893488147419103232', '100000000000000000000'],
  ...[
    '123456789012345678',
    '1234567890123456789',
    '12345678901234567890',
    '0.000000000000000000000000000001',
  ],
  ...['8.5', '2.2250738585072011e-308', '5e-1', '1.0000000000000002', '1.00000000000000011102230246251565'],
  ...['179769313486231580793728971405301e276', '4503599627370496.5'],
]

test('numbers are those of JSON.parse, to the bit', () => {
  const values = numbers.map((text) => `{"f":${text}}`)
  numbers.forEach((text) => {
    const number: number = JSON.parse(text)
    const equal = numbers.flatMap((other, i) => (JSON.parse(other) === number ? [i] : []))
    expect(passing(values, compare(number)), text).toEqual(equal)
  })
})

test('and so are their times', () => {
  const program = programOf({ fields: [['f']], timestamp: { field: 0, unitMs: 1000 } })
  const driver = new Driver(createWasmKernel(program), program)
  const times = [
    '1700000000.123',
    '0.0005',
    '0.00049999999999999999999',
    '1700000000.12345678901234',
    '1e3',
    '17e8',
  ]
  driver.process([batchOf(times.map((time, i) => ({ key: `${i}`, value: `{"f":${time}}` })))])
  driver.commit()
  const expected = times.map((time) => Math.floor((JSON.parse(time) as number) * 1000 + 0.5))
  expect(driver.sent(0).map(({ timestamp }) => timestamp)).toEqual(expected)
})

describe('names and texts are compared as JSON.parse decodes them', () => {
  test('escapes', () => {
    const values = [
      '{"f":"a"}',
      '{"\\u0066":"\\u0061"}',
      '{"f":"b"}',
      '{"f":"a","\\u0066":"b"}',
      '{"\\u0067":"a","f":"a"}',
    ]
    expect(passing(values, compare('a'))).toEqual([0, 1, 4])
    expect(passing(values, compare('a', 'ne'))).toEqual([2, 3])
  })

  test('malformed UTF-8 is U+FFFD', () => {
    const raw = (...bytes: readonly number[]): Uint8Array =>
      new Uint8Array([...utf8('{"f":"'), ...bytes, ...utf8('"}')])
    const values = [
      raw(0xff),
      raw(0xef, 0xbf, 0xbd),
      raw(0xc3),
      '{"f":"\\ufffd"}',
      '{"f":"\\ud800"}',
      '{"f":"x"}',
    ]
    expect(passing(values, compare('\ufffd'))).toEqual([0, 1, 2, 3])
    expect(passing(values, compare('\ud800'))).toEqual([4])
    expect(passing([new Uint8Array([...utf8('{"'), 0xff, ...utf8('":1}')])], compare(1), ['\ufffd'])).toEqual(
      [0],
    )
  })

  test('names that objects have from birth', () => {
    const values = ['{}', '{"__proto__":1}', '{"constructor":1}', '{"toString":1}']
    expect(passing(values, compare(1), ['__proto__'])).toEqual([1])
    expect(passing(values, compare(1), ['constructor'])).toEqual([2])
    expect(passing(values, compare(1, 'ne'), ['toString'])).toEqual([])
  })
})

test('a deep filter', () => {
  const leaf = (n: number): Predicate => compare(n, 'ge')
  const chain = (n: number): Predicate =>
    n === 0
      ? leaf(0)
      : {
          kind: 'and',
          left: leaf(n),
          right: { kind: 'not', operand: { kind: 'not', operand: chain(n - 1) } },
        }
  const tree = (depth: number): Predicate =>
    depth === 0 ? compare(5) : { kind: 'or', left: tree(depth - 1), right: tree(depth - 1) }
  const values = ['{"f":5}', '{"f":100}', '{"f":300}']
  expect(passing(values, chain(200))).toEqual([2])
  expect(passing(values, tree(8))).toEqual([0])
})

test('NaN is only unequal', () => {
  for (const op of ['eq', 'gt', 'ge', 'lt', 'le'] as const)
    expect(passing(['{"f":1}'], compare(Number.NaN, op)), op).toEqual([])
  expect(passing(['{"f":1}', '{"f":"1"}'], compare(Number.NaN, 'ne'))).toEqual([0])
})
