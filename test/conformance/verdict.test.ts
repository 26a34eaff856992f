import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ConformanceCase, RecordedOutput } from './case.ts'
import { readCases } from './vectors.ts'
import { judge } from './verdict.ts'

const cases = readCases(join(import.meta.dirname, 'vectors/joins-stream-stream.json'))
const recorded = cases.find(({ stores, outputs }) => {
  const stored = Object.values(stores ?? {}).some(({ contents }) => contents && contents.length > 0)
  return stored && Object.values(outputs).some((records) => records.length > 1)
})!

/** The topics with their first record changed. */
function withFirst(
  topics: ConformanceCase['outputs'],
  change: (record: RecordedOutput) => RecordedOutput,
): ConformanceCase['outputs'] {
  return Object.fromEntries(
    Object.entries(topics).map(([topic, [first, ...rest]]) => [topic, first ? [change(first), ...rest] : []]),
  )
}

test('a case as it was recorded passes', () => {
  expect(judge(recorded)).toMatchObject({ result: 'passed', differences: [] })
})

const { outputs, internal, describe: description } = recorded
const wrong: Readonly<Record<string, Partial<ConformanceCase>>> = {
  description: { describe: `${description}x` },
  value: { outputs: withFirst(outputs, (record) => ({ ...record, valueHex: `${record.valueHex}00` })) },
  time: { outputs: withFirst(outputs, (record) => ({ ...record, timestamp: record.timestamp! + 1 })) },
  input: { outputs: withFirst(outputs, (record) => ({ ...record, i: record.i + 1 })) },
  headers: { outputs: withFirst(outputs, (record) => ({ ...record, headers: [['h', null]] })) },
  'missing record': { outputs: Object.fromEntries(Object.entries(outputs).map(([t, r]) => [t, r.slice(1)])) },
  'missing topic': { outputs: {} },
  changelog: { internal: withFirst(internal, (record) => ({ ...record, keyHex: '00' })) },
  stores: { stores: {} },
  calls: { calls: { tag: [{ i: 0, key: 'k', value: 'v' }] } },
  'names of branches': { branchKeys: { split: ['a'] } },
  'names of stores': { queryable: { step: 'store' } },
  error: { error: { phase: 'run', i: 1, class: 'org.apache.kafka.streams.errors.StreamsException' } },
}

for (const [what, change] of Object.entries(wrong)) {
  test(`another ${what} than recorded is found`, () => {
    const { result, differences } = judge({ ...recorded, ...change })
    expect({ result, found: differences.length > 0 }).toEqual({ result: 'failed', found: true })
  })
}
