// What a run must have in common with the recording, as the vectors' format says.

import { isDeepStrictEqual } from 'node:util'
import type { ConformanceCase, RecordedOutput, RecordedStore } from './case.ts'
import { compareErrors } from './errors.ts'
import type { ObservedRecord, Run } from './execution.ts'
import { serdeOf } from './serdes.ts'
import type { StoreDump } from './store-dump.ts'
import { bytesHex, hexBytes, hexOrNull, rendering } from './values.ts'

/** @returns a line for each difference; none if the run is as recorded. */
export function differences(expected: ConformanceCase, run: Run): readonly string[] {
  const found = strictDifferences(expected, expected.outputs, run)
  if (found.length === 0 || expected.quirk === undefined) return found
  return quirkDifferences(expected, run) ?? found
}

function strictDifferences(
  expected: ConformanceCase,
  outputs: ConformanceCase['outputs'],
  run: Run,
): readonly string[] {
  const error = compareErrors(expected.error, run.error)
  const early = run.error?.phase !== expected.error?.phase
  if (error.length > 0 || early) return error
  return [
    ...compareDescriptions(expected.describe, run.describe),
    ...compareTopics(expected, outputs, run, false),
    ...compareTopics(expected, expected.internal, run, true),
    ...(expected.stores ? compareStores(expected.stores, run.stores) : []),
    ...compareValues('calls', expected.calls ?? {}, run.observations.calls),
    ...compareValues('branchKeys', expected.branchKeys ?? {}, run.observations.branchKeys),
    ...compareValues('queryable', expected.queryable ?? {}, run.observations.queryable),
  ]
}

/**
 * A case that pins an oddity of Java is passed also by what is sane: the outputs that Java gives where it does not lose
 * them, or, where Java fails, no failure after the same outputs. Undefined: nothing sane is known.
 */
function quirkDifferences(expected: ConformanceCase, run: Run): readonly string[] | undefined {
  const { altOutputs } = expected
  if (altOutputs) {
    const found = strictDifferences({ ...expected, outputs: altOutputs }, altOutputs, run)
    return found.length === 0 ? [] : undefined
  }
  const goesOn = expected.error !== undefined && run.error === undefined
  return goesOn && beginsAsRecorded(expected, run) ? [] : undefined
}

function beginsAsRecorded({ outputs, serdes }: ConformanceCase, run: Run): boolean {
  return Object.entries(outputs).every(([topic, records]) => {
    const want = records.map((record) => expectedRecord(record, false))
    const got = (run.records.get(topic) ?? []).slice(0, want.length)
    const actual = got.map((record) => actualRecord(record, false))
    return compareRecords(topic, want, actual, (record) => decoded(record, serdes[topic])).length === 0
  })
}

function compareDescriptions(expected: string | undefined, actual: string | undefined): readonly string[] {
  if (expected === undefined || expected === actual) return []
  if (actual === undefined) return ['describe: not built']
  const [want, got] = [expected.split('\n'), actual.split('\n')]
  const at = want.findIndex((line, index) => line !== got[index])
  const line = at < 0 ? want.length : at
  return [`describe line ${line + 1}: expected ${quoted(want[line])}, got ${quoted(got[line])}`]
}

function quoted(line: string | undefined): string {
  return line === undefined ? 'the end' : JSON.stringify(line)
}

// ---- records

const internalPrefix = 'oracle-'

function compareTopics(
  { serdes, topology }: ConformanceCase,
  expected: ConformanceCase['outputs'],
  run: Run,
  internal: boolean,
): readonly string[] {
  const partitioned = topology.some(({ partitioner }) => partitioner !== undefined)
  const actual = [...run.records.keys()].filter((topic) => topic.startsWith(internalPrefix) === internal)
  const topics = [...new Set([...Object.keys(expected), ...actual])]
  return topics.flatMap((topic) => {
    // Changelogs were recorded without partitions.
    const partitions = partitioned && !topic.endsWith('-changelog')
    const want = (expected[topic] ?? []).map((record) => expectedRecord(record, partitions))
    const got = (run.records.get(topic) ?? []).map((record) => actualRecord(record, partitions))
    return compareRecords(topic, want, got, (record) => decoded(record, serdes[topic]))
  })
}

interface ComparableRecord {
  readonly i: number
  readonly timestamp: number | null
  readonly keyHex: string | null
  readonly valueHex: string | null
  readonly headers: readonly (readonly [string, string | null])[]
  readonly partition?: number
}

function expectedRecord(record: RecordedOutput, partitions: boolean): ComparableRecord {
  const { i, timestamp, keyHex, valueHex, headers = [], partition } = record
  return {
    i,
    timestamp,
    keyHex,
    valueHex,
    headers,
    ...(partitions && partition !== undefined && { partition }),
  }
}

function actualRecord(record: ObservedRecord, partitions: boolean): ComparableRecord & { wallClock: number } {
  const { i, timestamp, key, value, headers, partition, partitionChosen, wallClock } = record
  return {
    i,
    timestamp,
    keyHex: hexOrNull(key),
    valueHex: hexOrNull(value),
    headers: headers.map(({ key: name, value: bytes }) => [name, bytes && bytesHex(bytes)]),
    ...(partitions && partitionChosen && { partition }),
    wallClock,
  }
}

function compareRecords(
  topic: string,
  expected: readonly ComparableRecord[],
  actual: readonly (ComparableRecord & { readonly wallClock: number })[],
  show: (record: ComparableRecord | undefined) => string,
): readonly string[] {
  const length = Math.max(expected.length, actual.length)
  for (let at = 0; at < length; at++) {
    const [want, got] = [expected[at], actual[at]]
    if (want && got && sameRecord(want, got)) continue
    return [
      `${topic}[${at}]: expected ${show(want)}, got ${show(got)} (of ${expected.length} and ${actual.length})`,
    ]
  }
  return []
}

function sameRecord(want: ComparableRecord, got: ComparableRecord & { readonly wallClock: number }): boolean {
  const { wallClock, ...record } = got
  // Where Java leaves the time to the producer, it is the wall clock's.
  const timestamp = want.timestamp ?? wallClock
  const headers = want.headers.map(([name, hex], at) => [
    name,
    hex === '*' ? (got.headers[at]?.[1] ?? hex) : hex,
  ])
  return isDeepStrictEqual({ ...want, timestamp, headers }, record)
}

function decoded(
  record: ComparableRecord | undefined,
  serdes: ConformanceCase['serdes'][string] | undefined,
): string {
  if (!record) return 'nothing'
  const { i, timestamp, keyHex, valueHex, headers, partition } = record
  const part = (hex: string | null, index: 0 | 1): string => {
    if (hex === null || !serdes) return String(hex)
    try {
      return JSON.stringify(rendering(serdeOf(serdes[index]).deserialize(hexBytes(hex))))
    } catch {
      return hex
    }
  }
  const more = headers.length > 0 ? ` headers=${JSON.stringify(headers)}` : ''
  const where = partition === undefined ? '' : ` partition=${partition}`
  return `{i=${i} ${part(keyHex, 0)} -> ${part(valueHex, 1)} @${timestamp}${more}${where}}`
}

// ---- stores

function compareStores(
  expected: NonNullable<ConformanceCase['stores']>,
  actual: Run['stores'],
): readonly string[] {
  const names = new Set([...Object.keys(expected), ...(actual?.keys() ?? [])])
  return [...names].flatMap((name) => compareStore(name, expected[name], actual?.get(name)))
}

function compareStore(
  name: string,
  expected: RecordedStore | undefined,
  actual: StoreDump | undefined,
): readonly string[] {
  if (!expected || !actual) return [`store ${name}: ${actual ? 'not in the recording' : 'missing'}`]
  if (expected.undumpable !== undefined) return []
  const { type, contents: want, ...measures } = expected
  const { type: actualType, contents: got, ...actualMeasures } = actual
  if (type !== actualType) return [`store ${name}: expected type ${type}, got ${actualType}`]
  if (want && got) return compareLists(`store ${name}`, want, got)
  return compareValues(`store ${name}`, measures, actualMeasures)
}

function compareLists(
  what: string,
  expected: readonly unknown[],
  actual: readonly unknown[],
): readonly string[] {
  const length = Math.max(expected.length, actual.length)
  for (let at = 0; at < length; at++) {
    if (isDeepStrictEqual(plain(expected[at]), plain(actual[at]))) continue
    return [
      `${what}[${at}]: expected ${shown(expected[at])}, got ${shown(actual[at])} (of ${expected.length} and ${actual.length})`,
    ]
  }
  return []
}

function compareValues(what: string, expected: object, actual: object): readonly string[] {
  if (isDeepStrictEqual(plain(expected), plain(actual))) return []
  return [`${what}: expected ${shown(expected)}, got ${shown(actual)}`]
}

/** Without members that are undefined and prototypes, which equality would look at. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
