import fc from 'fast-check'
import { utf8 } from '../../src/core/bytes.ts'

const space = fc.constantFrom('', '', '', '', ' ', '\n', '\t \r\n', ' '.repeat(17))

export const numberText: fc.Arbitrary<string> = fc.oneof(
  fc.integer({ min: -20, max: 20 }).map(String),
  fc.maxSafeInteger().map(String),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => (Object.is(value, -0) ? '-0' : `${value}`)),
  fc.constantFrom(
    '-0',
    '0.0',
    '1E+2',
    '1e-7',
    '0e0',
    '5e-324',
    '1e400',
    '-1e400',
    '9007199254740993',
    '1e-400',
    '0.1',
  ),
  fc
    .record({
      minus: fc.boolean(),
      whole: fc.bigInt({ min: 0n, max: 10n ** 25n }),
      fraction: fc.option(fc.stringMatching(/^[0-9]{1,25}$/)),
      exponent: fc.option(fc.stringMatching(/^[eE][+-]?[0-9]{1,3}$/)),
    })
    .map(
      ({ minus, whole, fraction, exponent }) =>
        `${minus ? '-' : ''}${whole}${fraction === null ? '' : `.${fraction}`}${exponent ?? ''}`,
    ),
)

const unicodeEscape = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`

const plainCharacter = fc.constantFrom(
  'a',
  'b',
  'x',
  'é',
  'ß',
  '€',
  '😀',
  '/',
  "'",
  ' ',
  '\u007f',
  '\u2028',
  '{',
  ']',
)
const escapeText = fc.oneof(
  fc.constantFrom(
    '\\"',
    '\\\\',
    '\\/',
    '\\b',
    '\\f',
    '\\n',
    '\\r',
    '\\t',
    '\\ud83d\\ude00',
    '\\ud83d',
    '\\uDE00',
  ),
  fc.integer({ min: 0, max: 0xffff }).map((unit) => unicodeEscape(unit)),
)

/** What stands between the quotes. */
const stringBody = fc.oneof(
  { weight: 4, arbitrary: fc.array(plainCharacter, { maxLength: 12 }).map((parts) => parts.join('')) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(plainCharacter, escapeText), { maxLength: 8 })
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 80 }).map((length) => 'y'.repeat(length)) },
)

const stringText = stringBody.map((body) => `"${body}"`)

/** A string of JSON that reads as `text`, perhaps with escapes that it does not need. */
export const spelled = (text: string): fc.Arbitrary<string> =>
  fc.option(fc.array(fc.boolean(), { minLength: text.length, maxLength: text.length })).map((escaped) => {
    if (escaped === null) return JSON.stringify(text)
    const units = text
      .split('')
      .map((unit, i) => (escaped[i] ? unicodeEscape(unit.charCodeAt(0)) : JSON.stringify(unit).slice(1, -1)))
    return `"${units.join('')}"`
  })

const join = (open: string, parts: readonly string[], between: readonly string[], close: string): string =>
  `${open}${between[0]}${parts.join(`${between[1]},${between[2]}`)}${between[3]}${close}`

const spaces = fc.tuple(space, space, space, space)

export interface ObjectText {
  /** Arbitraries of `"name":value`. */
  readonly members: fc.Arbitrary<readonly string[]>
}

export const objectText = ({ members }: ObjectText): fc.Arbitrary<string> =>
  fc.tuple(members, spaces).map(([parts, between]) => join('{', parts, between, '}'))

export const memberText = (name: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(name, space, space, value).map(([key, before, after, text]) => `${key}${before}:${after}${text}`)

export const scalarText: fc.Arbitrary<string> = fc.oneof(
  numberText,
  stringText,
  fc.constantFrom('null', 'true', 'false'),
)

export const jsonText: fc.Arbitrary<string> = fc
  .letrec<{ value: string; container: string }>((tie) => ({
    value: fc.oneof({ maxDepth: 4, depthSize: 'small' }, scalarText, tie('container')),
    container: fc.oneof(
      fc
        .tuple(fc.array(tie('value'), { maxLength: 4 }), spaces)
        .map(([parts, between]) => join('[', parts, between, ']')),
      objectText({ members: fc.array(memberText(stringText, tie('value')), { maxLength: 4 }) }),
      fc
        .tuple(fc.integer({ min: 1, max: 100 }), tie('value'), fc.constantFrom(['[', ']'], ['{"a":', '}']))
        .map(([depth, value, [open, close]]) => open!.repeat(depth) + value + close!.repeat(depth)),
    ),
  }))
  .value.chain((value) => fc.tuple(space, space).map(([before, after]) => before + value + after))

const intruder = fc.oneof(
  fc
    .constantFrom(...'{}[]",:\\ue+-.0123tfn \n\t\u0000\u001f\u00a0\ufeff')
    .map((character) => [...utf8(character)]),
  fc.integer({ min: 0, max: 255 }).map((byte) => [byte]),
)

/** JSON with a few bytes inserted, removed or replaced: often broken, sometimes not. */
export const nearlyJson: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    jsonText,
    fc.array(
      fc.record({
        at: fc.nat(),
        remove: fc.integer({ min: 0, max: 2 }),
        insert: fc.oneof(fc.constant([]), intruder),
      }),
      {
        minLength: 1,
        maxLength: 2,
      },
    ),
  )
  .map(([text, edits]) => {
    const bytes = [...utf8(text)]
    for (const { at, remove, insert } of edits) bytes.splice(at % (bytes.length + 1), remove, ...insert)
    return new Uint8Array(bytes)
  })
