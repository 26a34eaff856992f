import fc from 'fast-check'
import { expect, test } from 'vitest'
import { topic } from '../../src/dsl/topic.ts'
import { topology } from '../../src/dsl/topology.ts'
import { string } from '../../src/serde/scalars.ts'
import { TopologyTestDriver } from '../../src/testing/topology-test-driver.ts'
import { runs } from './runs.ts'

// Joins of a stream with a table against a loop over the log.

const table = topic('table', { key: string, value: string })
const stream = topic('stream', { key: string, value: string })
const joined = topic('joined', { key: string, value: string })

interface LogRecord {
  readonly to: 'table' | 'stream'
  readonly key: string
  readonly value: string | null
  readonly timestamp: number
}

interface Setting {
  readonly left: boolean
  /** Undefined: the table is a plain one. */
  readonly graceMs: number | undefined
  readonly kind: 'memory' | 'lmdb'
}

const setting: fc.Arbitrary<Setting> = fc.record({
  left: fc.boolean(),
  graceMs: fc.option(fc.nat({ max: 30 }), { nil: undefined }),
  kind: fc.constantFrom('memory' as const, 'lmdb' as const),
})

const log: fc.Arbitrary<LogRecord[]> = fc
  .array(
    fc.record({
      to: fc.constantFrom('table' as const, 'stream' as const),
      key: fc.constantFrom('a', 'b'),
      deletes: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
      timestamp: fc.nat({ max: 60 }),
    }),
    { maxLength: 40 },
  )
  .map((steps) =>
    steps.map(({ to, key, deletes, timestamp }, at) => ({
      to,
      key,
      value: deletes ? null : `${to[0]}${at}`,
      timestamp,
    })),
  )

function run(records: readonly LogRecord[], { left, graceMs, kind }: Setting): string[] {
  const built = topology(import.meta.url, (b) => {
    const versioned = graceMs === undefined ? {} : { versioned: { history: '1h' as const } }
    const values = b.table(table, { store: { name: 'values', kind, ...versioned } })
    const options = graceMs === undefined ? {} : { grace: graceMs }
    const both = (l: string, r: string | null) => `${l}+${r}`
    const results = left
      ? b.stream(stream).leftJoin(values, both, options)
      : b.stream(stream).join(values, both, options)
    results.to(joined)
    return undefined
  })
  const driver = new TopologyTestDriver(built)
  try {
    const inputs = { table: driver.input(table), stream: driver.input(stream) }
    for (const { to, key, value, timestamp } of records) inputs[to].pipe(key, value, { timestamp })
    return driver
      .output(joined)
      .readAll()
      .map(({ key, value, timestamp }) => `${key} ${value} ${timestamp}`)
  } finally {
    driver.close()
  }
}

/** The records of the stream, each with the table's records that came before it was joined. */
function joinTimes(records: readonly LogRecord[], graceMs: number | undefined): [LogRecord, LogRecord[]][] {
  const ofTable: LogRecord[] = []
  const joins: [LogRecord, LogRecord[]][] = []
  let waiting: LogRecord[] = []
  let time = -1
  for (const record of records) {
    if (record.to === 'table') {
      ofTable.push(record)
      continue
    }
    if (record.value === null) continue
    if (graceMs === undefined || time - graceMs > record.timestamp) {
      joins.push([record, [...ofTable]])
      continue
    }
    time = Math.max(time, record.timestamp)
    // The sort is stable: records of one time and key stay in the order of their arrival.
    waiting = [...waiting, record].sort(
      (a, b) => a.timestamp - b.timestamp || (a.key < b.key ? -1 : Number(a.key > b.key)),
    )
    const due = waiting.filter(({ timestamp }) => timestamp <= time - graceMs)
    waiting = waiting.filter((one) => !due.includes(one))
    joins.push(...due.map((one): [LogRecord, LogRecord[]] => [one, [...ofTable]]))
  }
  return joins
}

/** The last of a plain table; of a versioned one, the last of the latest time that is not later than the record's. */
function found(
  { key, timestamp }: LogRecord,
  ofTable: readonly LogRecord[],
  versioned: boolean,
): string | null {
  const candidates = ofTable.filter((row) => row.key === key && (!versioned || row.timestamp <= timestamp))
  const latest = Math.max(...candidates.map((row) => row.timestamp))
  return candidates.filter((row) => !versioned || row.timestamp === latest).at(-1)?.value ?? null
}

test('a record meets the value of its key: now, or with grace that of its time', () => {
  fc.assert(
    fc.property(log, setting, (records, options) => {
      const expected = joinTimes(records, options.graceMs)
        .map(([record, ofTable]) => [record, found(record, ofTable, options.graceMs !== undefined)] as const)
        .filter(([, value]) => options.left || value !== null)
        .map(([{ key, value, timestamp }, right]) => `${key} ${value}+${right} ${timestamp}`)
      expect(run(records, options)).toEqual(expected)
    }),
    runs(300),
  )
})
