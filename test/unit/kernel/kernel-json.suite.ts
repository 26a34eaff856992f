import { expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { batchOf, type CreateKernel, programOf } from './kernel.driver.ts'

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
}
