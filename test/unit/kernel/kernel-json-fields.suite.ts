import { expect, test } from 'vitest'
import type { Predicate } from '../../../src/kernel/program.ts'
import { batchOf, type CreateKernel, Driver, programOf } from './kernel.driver.ts'

/** The next number away from zero, or for an infinity the one before it. */
function neighbour(value: number): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  view.setBigUint64(0, view.getBigUint64(0) + (Number.isFinite(value) ? 1n : -1n))
  return view.getFloat64(0)
}

export function jsonFieldsSuite(create: CreateKernel): void {
  const matches = (path: readonly string[], value: string | number | boolean, text: string): boolean => {
    const filter: Predicate = { kind: 'compare', field: 0, op: 'eq', value }
    const program = programOf({ fields: [path], filter })
    const driver = new Driver(create(program), program)
    driver.process([batchOf([{ value: text }])])
    expect(driver.bad).toEqual([])
    return driver.counters.filtered === 0
  }

  test.each([
    [['a'], '{"a":1}', true],
    [['a'], '{"b":0,"a":1,"c":0}', true],
    [['a'], ' { "b" : [ {"a":0} , "a" ] , "a" : 1 } ', true],
    [['a'], '{"aa":1}', false],
    [['aa'], '{"a":1}', false],
    [['a'], '{"a":2,"a":1}', true],
    [['a'], '{"a":1,"a":2}', false],
    [['a'], '{"a":1,"a":{}}', false],
    [['a'], '{"a":{},"a":1}', true],
    [['a'], '{"\\u0061":1}', true],
    [['a'], '{"a":2,"\\u0061":1}', true],
    [['é😀'], '{"é\\ud83d\\ude00":1}', true],
    [['"\\/\n'], '{"\\"\\\\\\/\\n":1}', true],
    [['\u0000'], '{"\\u0000":1}', true],
    [[''], '{"":1}', true],
    [['a', 'b'], '{"a":{"b":1}}', true],
    [['a', 'b'], '{"b":1}', false],
    [['a', 'b'], '{"a":1,"b":1}', false],
    [['a', 'b'], '{"a":{"c":{"b":1}}}', false],
    [['a', 'b'], '{"c":{"a":{"b":1}}}', false],
    [['a', 'b'], '{"a":{"b":2},"a":{"b":1}}', true],
    [['a', 'b'], '{"a":{"b":1},"a":{"b":2}}', false],
    [['a', 'b'], '{"a":{"b":1},"a":{}}', false],
    [['a', 'b'], '{"a":{"b":1},"a":null}', false],
    [['a', 'b'], '{"a":{"b":1},"a":[{"b":1}]}', false],
    [['a', 'b', 'c', 'd'], '{"a":{"b":{"c":{"d":1}}}}', true],
    [['a', 'a', 'a'], '{"a":{"a":{"a":1}}}', true],
    [['0'], '[1]', false],
    [['length'], '[]', false],
    [['length'], '"x"', false],
    [['a', '0'], '{"a":[1]}', false],
    [['__proto__'], '{"__proto__":1}', true],
    [['toString', 'length'], '{}', false],
    [['constructor'], '{"a":1}', false],
  ] as const)('path %j in %s: %s', (path, text, found) => {
    expect(matches(path, 1, text)).toBe(found)
  })

  test('several fields, with a common beginning, in any order', () => {
    const fields = [['a', 'b'], ['a', 'c'], ['a'], ['d'], ['a', 'b', 'x']]
    const compare = (field: number, value: string | number): Predicate => ({
      kind: 'compare',
      field,
      op: 'eq',
      value,
    })
    const filter: Predicate = {
      kind: 'and',
      left: { kind: 'and', left: compare(0, 1), right: compare(1, 'two') },
      right: compare(3, 3),
    }
    const program = programOf({ fields, filter })
    const driver = new Driver(create(program), program)
    const values = [
      '{"a":{"b":1,"c":"two"},"d":3}',
      '{"d":3,"a":{"c":"two","b":1}}',
      '{"d":3,"a":{"c":"two","b":{"x":1}}}',
      '{"a":{"b":1},"d":3,"a":{"c":"two"}}',
      '{"a":{"b":1,"c":"two"}}',
    ]
    driver.process([batchOf(values.map((value, i) => ({ key: `${i}`, value })))])
    driver.commit()
    expect(driver.sent(0).map((record) => Buffer.from(record.key!).toString())).toEqual(['0', '1'])
  })

  test.each([
    ...[
      '0',
      '-0',
      '1',
      '-1',
      '12',
      '123456789',
      '1234567890123456',
      '9007199254740991',
      '9007199254740993',
      '0.1',
      '0.5',
    ],
    ...[
      '1.5',
      '-2.25',
      '3.141592653589793',
      '1e3',
      '1E+3',
      '1e-3',
      '12.5e2',
      '1e22',
      '1e23',
      '8.5e22',
      '1.7976931348623157e308',
    ],
    ...[
      '5e-324',
      '2.2250738585072011e-308',
      '4.9e-325',
      '1e400',
      '-1e400',
      '1e-400',
      '0e999999999999',
      '1e99999999999',
      '1e-99999999999',
    ],
    ...[
      '123456789012345678901234567890',
      '0.000000000000000000000000000001',
      '0.30000000000000004',
      '100000000000000000000',
    ],
    ...[
      '18446744073709551615',
      '18446744073709551616',
      '1.00000000000000000000000000000000000000000001',
      '72057594037927945',
    ],
    ...[
      '9223372036854775807',
      '-9223372036854775808',
      '179769313486231580793e289',
      '0.1e1',
      '10e-1',
      '4503599627370496.5',
    ],
    `${'1'.repeat(30)}.${'9'.repeat(30)}`,
    `0.${'0'.repeat(40)}1e41`,
    '9'.repeat(17),
  ])('the number %s is what JSON.parse makes of it', (text) => {
    expect(matches(['n'], Number(text), `{"n":${text}}`)).toBe(true)
    expect(matches(['n'], neighbour(Number(text)), `{"n":${text}}`)).toBe(false)
  })

  test('fields of values that are not json are absent', () => {
    const filter: Predicate = { kind: 'compare', field: 0, op: 'eq', value: 1 }
    for (const valueFormat of ['utf8', 'bytes', 7] as const) {
      const program = programOf({ fields: [['a']], filter, valueFormat })
      const driver = new Driver(create(program), program)
      driver.process([batchOf([{ value: '{"a":1}' }])])
      expect(driver.counters).toMatchObject({ records: 1, filtered: 1 })
    }
  })
}
