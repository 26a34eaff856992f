import { expect, test } from 'vitest'
import { parseProperties } from '../../../../src/app/properties/parse-properties.ts'

const read = (text: string): Record<string, string> => Object.fromEntries(parseProperties(text))

test('keys and values as java.util.Properties reads them', () => {
  expect(
    read(
      [
        '# a comment',
        '! another',
        '',
        'application.id=clicks',
        'spaced = out ',
        'colon:value',
        'blank value with = and :',
        '   indented=yes',
        'empty=',
        'alone',
        'twice=1',
        'twice=2',
      ].join('\r\n'),
    ),
  ).toEqual({
    'application.id': 'clicks',
    spaced: 'out ',
    colon: 'value',
    blank: 'value with = and :',
    indented: 'yes',
    empty: '',
    alone: '',
    twice: '2',
  })
})

test('a backslash continues a line, unless it is escaped', () => {
  expect(read('brokers=one:9092,\\\n    two:9092,\\\n\t#three\nnext=a\\\\\nlast=b\\')).toEqual({
    brokers: 'one:9092,two:9092,#three',
    next: 'a\\',
    last: 'b',
  })
})

test('escapes', () => {
  expect(read('a\\=b\\ c\\:d=\\u00e9\\t\\n\\q\\\\')).toEqual({ 'a=b c:d': 'é\t\nq\\' })
  expect(() => read('a=\\u12')).toThrow('a \\u without four hexadecimal digits')
})
