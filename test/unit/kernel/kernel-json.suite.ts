import { expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import type { Predicate } from '../../../src/kernel/program.ts'
import { batchOf, type CreateKernel, Driver, programOf } from './kernel.driver.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The definition: what JSON.parse takes. */
export function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(decoder.decode(bytes))
    return true
  } catch {
    return false
  }
}

/** The next number away from zero, or for an infinity the one before it. */
function neighbour(value: number): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  view.setBigUint64(0, view.getBigUint64(0) + (Number.isFinite(value) ? 1n : -1n))
  return view.getFloat64(0)
}

/** Which of the texts the kernel calls bad. */
export function badValues(create: CreateKernel, texts: readonly Uint8Array[]): number[] {
  const kernel = create(programOf({ batchBytes: 1 << 20 }))
  kernel.reader.load([batchOf(texts.map((value) => ({ value })))], 0)
  const bad: number[] = []
  for (let from = 0, count = kernel.reader.decode(); count > 0; from += count, count = kernel.reader.decode())
    bad.push(...kernel.region!.check().map(({ index }) => from + index))
  return bad
}

/** Values and, with each, almost the same that is none. */
const texts: readonly string[] = [
  ...[
    'null',
    'true',
    'false',
    'nul',
    'nulll',
    'tru',
    'truee',
    'fals',
    'falsee',
    'True',
    'NULL',
    'undefined',
    'NaN',
  ],
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '10',
    '01',
    '-01',
    '00',
    '-',
    '+1',
    '1.',
    '.1',
    '1.0',
    '1.e1',
    '1e',
    '1e+',
    '1e-',
    '1e1',
  ],
  ...[
    '1E1',
    '1e+1',
    '1E-1',
    '1e01',
    '1.5e-10',
    '1e1.5',
    '0e0',
    '0.0e0',
    '1e1000',
    '0x1',
    '1_0',
    '1 0',
    '--1',
    'Infinity',
  ],
  ...['1'.repeat(400), '0.'.concat('3'.repeat(400)), '-', '- 1', '1-', '1a', '1e5e5', '1..2', '-a'],
  ...[
    '""',
    '"',
    '"a',
    'a"',
    '"a"b',
    '"\\',
    '"\\"',
    '"\\""',
    '"\\\\"',
    '"\\/"',
    '"\\b\\f\\n\\r\\t"',
    '"\\a"',
    '"\\u"',
  ],
  ...[
    '"\\u1"',
    '"\\u123"',
    '"\\u1234"',
    '"\\uABCD\\uabcd"',
    '"\\u12G4"',
    '"\\U1234"',
    '"\\ud800"',
    '"\\ud83d\\ude00"',
  ],
  ...[
    '"\n"',
    '"\t"',
    '"\u0000"',
    '"\u001f"',
    '"\u007f"',
    '"\u0080"',
    '"\u2028\u2029"',
    '"é😀"',
    "'a'",
    '"\\x41"',
    '"\\\n"',
  ],
  ...[
    '[]',
    '[',
    ']',
    '[1]',
    '[1',
    '[1,]',
    '[,1]',
    '[,]',
    '[1,,2]',
    '[1 2]',
    '[1]]',
    '[[]]',
    '[[]',
    '[}',
    '[1}',
    '[1:2]',
  ],
  ...[
    '{}',
    '{',
    '}',
    '{]',
    '{"a"}',
    '{"a":}',
    '{"a":1}',
    '{"a":1',
    '{"a":1,}',
    '{,}',
    '{,"a":1}',
    '{"a" 1}',
    '{"a"::1}',
  ],
  ...[
    '{a:1}',
    "{'a':1}",
    '{1:1}',
    '{"a":1 "b":2}',
    '{"a":1,"b":2}',
    '{"a":1,"a":2}',
    '{"a":{"b":[{}]}}',
    '{"a":1}}',
  ],
  ...[
    '{"":0}',
    '{null:1}',
    '{"a":1,"b"}',
    '{"a":[}',
    '{"a":{]',
    '{"a"',
    '{"a":',
    '{"',
    '[{"a":[1,{"b":null}]},[]]',
  ],
  ...[
    '',
    ' ',
    ' 1',
    '1 ',
    '\t\n\r 1\t\n\r ',
    '\u000b1',
    '\u000c1',
    '\u00a01',
    '\u20281',
    '\ufeff1',
    '1\ufeff',
    ' {} ',
    '{ }',
  ],
  ...[
    '[ ]',
    '{ "a" : 1 , "b" : [ 1 , 2 ] }',
    '1 2',
    '{}{}',
    '[],',
    '1,',
    ',',
    ':',
    '// 1',
    '1 /**/',
    '\u00001',
    '1\u0000',
  ],
]

const encoded: readonly Uint8Array[] = [
  ...texts.map((text) => utf8(text)),
  // malformed UTF-8: text inside strings, nonsense outside
  ...[
    [0x22, 0xff, 0x22],
    [0x22, 0xc3, 0x22],
    [0x22, 0xe2, 0x82, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xc0, 0xa2, 0x22],
    [0x22, 0xc0, 0x22],
    [0x22, 0xf0, 0x9f, 0x22],
    [0x22, 0x80, 0x22],
    [0x22, 0xf5, 0x80, 0x80, 0x80, 0x22],
    [0x22, 0x5c, 0xff, 0x22],
    [0x22, 0x5c, 0x75, 0x30, 0x30, 0x30, 0xff, 0x22],
    [0x22, 0xe2, 0x5c, 0x22, 0x22],
    [0x22, 0xf0, 0x1f, 0x22],
    [0xff],
    [0x31, 0xff],
    [0xef, 0xbb, 0xbf, 0x31],
    [0xef, 0xbb],
    [0x20, 0xc2, 0xa0, 0x31],
  ].map((bytes) => new Uint8Array(bytes)),
]

export function jsonSuite(create: CreateKernel): void {
  test('well-formed is what JSON.parse takes', () => {
    const expected = encoded.flatMap((text, i) => (isJson(text) ? [] : [i]))
    expect(badValues(create, encoded)).toEqual(expected)
    expect(expected.length).toBeGreaterThan(50)
    expect(expected.length).toBeLessThan(encoded.length - 50)
  })

  test('and stays so wherever in a value, and at any distance from the end', () => {
    const nested = encoded.flatMap((text) =>
      [
        ['[', ']'],
        ['{"a":', '}'],
        ['{"long enough for a vector of bytes":[1,', ',"long enough for a vector of bytes"]}'],
        ['                ', '                '],
      ].map(([before, after]) => new Uint8Array([...utf8(before!), ...text, ...utf8(after!)])),
    )
    expect(badValues(create, nested)).toEqual(nested.flatMap((text, i) => (isJson(text) ? [] : [i])))
  })

  test('strings of any length with anything at any place', () => {
    const strings: Uint8Array[] = []
    for (let length = 0; length < 70; length++)
      for (const middle of ['', '\\"', '\n', 'é', '"', '\\', '\u001f', '\u007f'])
        strings.push(utf8(`"${'x'.repeat(length)}${middle}${'y'.repeat(length % 5)}"`))
    expect(badValues(create, strings)).toEqual(strings.flatMap((text, i) => (isJson(text) ? [] : [i])))
  })

  test('deep nesting', () => {
    const deep = [1, 31, 32, 33, 63, 64, 65, 1000, 5000].flatMap((depth) => [
      '['.repeat(depth) + ']'.repeat(depth),
      '['.repeat(depth) + ']'.repeat(depth - 1),
      '['.repeat(depth) + ']'.repeat(depth + 1),
      `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
      `${'{"a":'.repeat(depth)}1${'}'.repeat(depth - 1)}]`,
      `${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`,
      `${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth - 1)}]}`,
    ])
    const bytes = deep.map((text) => utf8(text))
    expect(badValues(create, bytes)).toEqual(bytes.flatMap((text, i) => (isJson(text) ? [] : [i])))
  })

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
