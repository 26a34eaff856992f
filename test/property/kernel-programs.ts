import fc from 'fast-check'
import { utf8 } from '../../src/core/bytes.ts'
import type { KeyPart, Predicate, RegionProgram, RegionWindows } from '../../src/kernel/program.ts'
import type { RecordToEncode } from '../../src/protocol/record-batch/encode.ts'
import type { SerdeFormat } from '../../src/serde/serde.ts'
import { int64Of } from '../unit/kernel/kernel.driver.ts'
import {
  jsonText,
  memberText,
  nearlyJson,
  numberText,
  objectText,
  scalarText,
  spelled,
} from './kernel-json-text.ts'

/** Everything one run is about: times are near `base`, in steps of about the window size. */
export interface Setting {
  readonly program: RegionProgram
  /** Bytes of memory for entries; null: the kernel's own. */
  readonly capacity: number | null
  /** Changelog records held back for the commit. */
  readonly keep: number
  readonly base: number
  readonly span: number
}

const names = ['t', 'n', 's', 'é', 'a b', ''] as const
const paths: readonly (readonly string[])[] = [
  ['t'],
  ['n'],
  ['s'],
  ['é'],
  [''],
  ['o', 'n'],
  ['o', 't'],
  ['o', 'o', 's'],
  ['o'],
]

const texts = ['x', 'é😀', '', 'a"b', 'yyyyyyyyyyyyyyyyyyyyy'] as const
const numbers = [0, 1, -1, 1.5, 42, 1e21, 0.1] as const

const comparison = (fields: number): fc.Arbitrary<Predicate> =>
  fc.oneof(
    fc.record({
      kind: fc.constant('compare' as const),
      field: fc.nat({ max: fields - 1 }),
      op: fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
      value: fc.constantFrom(...numbers),
    }),
    fc.record({
      kind: fc.constant('compare' as const),
      field: fc.nat({ max: fields - 1 }),
      op: fc.constantFrom('eq', 'ne'),
      value: fc.constantFrom<string | boolean>(...texts, true, false),
    }),
  )

const predicate = (fields: number): fc.Arbitrary<Predicate> =>
  fc.letrec<{ any: Predicate }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      comparison(fields),
      fc.record({ kind: fc.constantFrom('and', 'or'), left: tie('any'), right: tie('any') }),
      fc.record({ kind: fc.constant('not' as const), operand: tie('any') }),
    ),
  })).any

const windows: fc.Arbitrary<RegionWindows> = fc
  .record({
    sizeMs: fc.constantFrom(1, 7, 100, 60_000, 300_000),
    grace: fc.constantFrom(0, 0.5, 1, 3),
    extra: fc.constantFrom(0, 1, 2, 5),
    segment: fc.constantFrom('size', 'half', 'minute'),
  })
  .map(({ sizeMs, grace, extra, segment }) => {
    const graceMs = Math.floor(sizeMs * grace)
    const retentionMs = sizeMs + graceMs + extra * sizeMs
    const segmentMs = segment === 'size' ? sizeMs : segment === 'half' ? Math.ceil(retentionMs / 2) : 60_000
    return { sizeMs, graceMs, retentionMs, segmentMs }
  })

const keyPart = (windowed: boolean): fc.Arbitrary<KeyPart> => {
  const always: fc.Arbitrary<KeyPart>[] = [
    fc.constant({ kind: 'key' }),
    fc.constantFrom('@', 'é😀', '', 'a literal').map((text) => ({ kind: 'literal', text })),
  ]
  const time = fc.record({
    kind: fc.constant('time' as const),
    of: fc.constantFrom('start', 'end'),
    pattern: fc.constantFrom(
      'HH:mm:ss',
      'yyyy-MM-ddTHH:mm:ss.SSSZ',
      'yyyyMMdd',
      'H',
      'm s',
      'no, é: d/M',
      '',
    ),
  })
  return fc.oneof(...always, ...(windowed ? [time, fc.constant<KeyPart>({ kind: 'start' })] : []))
}

const output = (windowed: boolean): fc.Arbitrary<NonNullable<RegionProgram['output']>> =>
  fc.record({
    key: fc.array(keyPart(windowed), { maxLength: 4 }),
    partitions: fc.integer({ min: 1, max: 5 }),
    partitionBy: fc.constantFrom('output-key', 'key'),
  })

const program: fc.Arbitrary<RegionProgram> = fc
  .record({
    windowed: fc.boolean(),
    fields: fc.shuffledSubarray([...paths], { minLength: 1 }),
    timed: fc.boolean(),
  })
  .chain(({ windowed, fields, timed }) => {
    const atRoot = fields.findIndex((path) => path[0] === 't')
    const timeField = timed && atRoot < 0 ? fields.findIndex((path) => path[1] === 't') : atRoot
    return fc
      .record({
        keyFormat: fc.constantFrom<SerdeFormat>('utf8', 'bytes', 'json', 4, 8),
        valueFormat: timed
          ? fc.constant<SerdeFormat>('json')
          : fc.oneof(
              { weight: 12, arbitrary: fc.constant<SerdeFormat>('json') },
              { weight: 1, arbitrary: fc.constantFrom<SerdeFormat>('bytes', 'utf8', 5) },
            ),
        timestamp:
          timed && timeField >= 0
            ? fc.record({ field: fc.constant(timeField), unitMs: fc.constantFrom(1, 1000) })
            : fc.constant(null),
        filter: fc.option(predicate(fields.length), { freq: 2 }),
        aggregate: fc.record({
          kind: fc.constant('count' as const),
          nullValues: fc.constantFrom('count', 'drop'),
          ...(windowed ? { windows } : {}),
        }),
        changelog: fc.option(fc.record({ mode: fc.constantFrom('each', 'coalesced') }), { freq: 5 }),
        output: fc.option(output(windowed), { freq: 5 }),
        batchBytes: fc.oneof(fc.integer({ min: 61, max: 500 }), fc.constant(10_000)),
      })
      .map(({ timestamp, filter, changelog, output: out, ...rest }) => ({
        ...rest,
        fields,
        ...(timestamp && { timestamp }),
        ...(filter && { filter }),
        ...(changelog && { changelog }),
        ...(out && { output: out }),
      }))
  })

export const setting: fc.Arbitrary<Setting> = fc
  .record({
    program,
    capacity: fc.constantFrom(null, 0, 1000),
    keep: fc.constantFrom(0, 2, 10, 1000),
    base: fc.constantFrom(0, 1_704_447_600_000, 2 ** 50),
  })
  .map((parts) => ({ ...parts, span: parts.program.aggregate.windows?.sizeMs ?? 1000 }))

const memberName = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...names, 'o') },
  { weight: 1, arbitrary: fc.constantFrom('tt', 'N', '__proto__', 'toString', '\u0000', '"') },
)

const timeText = ({ base, span, program: { timestamp } }: Setting, step: number): fc.Arbitrary<string> => {
  const unit = timestamp?.unitMs ?? 1
  return fc.oneof(
    { weight: 12, arbitrary: offset(span).map((by) => `${(base + step * span + by) / unit}`) },
    { weight: 1, arbitrary: numberText },
    { weight: 1, arbitrary: scalarText },
  )
}

/** Mostly forward, sometimes far back or ahead. */
const offset = (span: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: span * 2 }) },
    { weight: 2, arbitrary: fc.integer({ min: -4 * span, max: 0 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: span * 12 }) },
  )

const members = (settings: Setting, step: number, depth: number): fc.Arbitrary<readonly string[]> => {
  const value = (name: string): fc.Arbitrary<string> => {
    const others = fc.oneof(scalarText, jsonText)
    if (name === 't') return timeText(settings, step)
    if (name === 'n') return fc.oneof(fc.constantFrom(...numbers).map(String), numberText)
    if (name === 's') return fc.oneof(fc.constantFrom(...texts).chain(spelled), others)
    if (name === 'o' && depth > 0) return objectText({ members: members(settings, step, depth - 1) })
    return fc.oneof(fc.constantFrom('true', 'false', '1', '"x"'), others)
  }
  const member = memberName.chain((name) => memberText(spelled(name), value(name)))
  const time = memberText(spelled('t'), value('t'))
  return fc
    .tuple(fc.array(member, { maxLength: 5 }), fc.option(time, { freq: 12 }), fc.nat())
    .map(([some, timed, at]) => (timed === null ? some : some.toSpliced(at % (some.length + 1), 0, timed)))
}

const jsonKeys = ['1', '"k"', '{"a":1}', '[]', ' null', '-0.5e3', 'nope', '"x'].map(utf8)
const textKeys = ['a', 'b', 'user123', '', 'é', 'x'.repeat(200)].map(utf8)

function keyPool(format: RegionProgram['keyFormat']): readonly Uint8Array[] {
  if (format === 'json') return jsonKeys
  if (typeof format === 'number')
    return [0, 1, 2, 3].map((n) => new Uint8Array(format).fill(n)).concat(new Uint8Array(format + 1))
  return [...textKeys, new Uint8Array([0xff, 0]), new Uint8Array([0])]
}

export function keysOf({ program: { keyFormat } }: Setting): readonly Uint8Array[] {
  return keyPool(keyFormat)
}

/** @param step moves the times on. */
export const inputRecord = (settings: Setting, step: number): fc.Arbitrary<RecordToEncode> => {
  const {
    base,
    span,
    program: { valueFormat },
  } = settings
  const json = objectText({ members: members(settings, step, 2) }).map(utf8)
  const other =
    valueFormat === 'json'
      ? fc.oneof(jsonText.map(utf8), nearlyJson)
      : fc.uint8Array({ minLength: 4, maxLength: 6 })
  return fc.record({
    timestamp: fc.oneof(
      { weight: 20, arbitrary: offset(span).map((by) => base + step * span + by) },
      { weight: 1, arbitrary: fc.constantFrom(-1, -5, 0) },
    ),
    key: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...keysOf(settings)) },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    value: fc.oneof(
      { weight: valueFormat === 'json' ? 12 : 1, arbitrary: json },
      { weight: valueFormat === 'json' ? 1 : 8, arbitrary: other },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    headers: fc.oneof(
      { weight: 6, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(header, { maxLength: 3 }) },
    ),
  })
}

const header = fc.record({
  key: fc.string({ unit: 'binary', maxLength: 5 }),
  value: fc.option(fc.uint8Array({ maxLength: 200 })),
})

/** A changelog record that the region could have written. */
export const changelogRecord = ({
  program: { aggregate },
  base,
  span,
  ...rest
}: Setting & { readonly step: number }): fc.Arbitrary<RecordToEncode> =>
  fc
    .record({
      key: fc.constantFrom(...keyPool('utf8')),
      window: fc.integer({ min: -8, max: 2 }),
      count: fc.option(fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constant(2 ** 40)), { freq: 4 }),
    })
    .map(({ key, window, count }) => {
      const time = Math.max(0, base + (rest.step + window) * span)
      const start = aggregate.windows ? time - (time % aggregate.windows.sizeMs) : 0
      return {
        timestamp: time,
        key: aggregate.windows ? new Uint8Array([...key, ...int64Of(start), 0, 0, 0, 0]) : key,
        value: count === null ? null : int64Of(count),
      }
    })
