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

/** The key of the global table to look a record up by is the second letter of its value; some have none. */
const keyOf = (value: string | null): string | null =>
  value === null || value.endsWith('0') ? null : value.slice(1, 2)

const globalLog = log.map((records) =>
  records.map((record, at) =>
    record.to === 'stream' && record.value !== null
      ? { ...record, value: `s${at % 2 === 0 ? 'a' : 'b'}${at}` }
      : record,
  ),
)

function globalJoin({ left, kind }: Setting): ReturnType<typeof topology> {
  return topology(import.meta.url, (b) => {
    const values = b.globalTable(table, { store: { name: 'values', kind } })
    const both = (l: string, r: string | null) => `${l}+${r}`
    const results = left
      ? b.stream(stream).leftJoin(values, both, { keyOf })
      : b.stream(stream).join(values, both, { keyOf })
    results.to(joined)
    return undefined
  })
}

/** Each record with the last value of the table before it. */
function globalLoop(records: readonly LogRecord[], left: boolean): string[] {
  return records.flatMap(({ to, key, value, timestamp }, at) => {
    if (to === 'table' || value === null) return []
    const wanted = keyOf(value)
    const row = records.slice(0, at).findLast((other) => other.to === 'table' && other.key === wanted)
    const right = row?.value ?? null
    return left || right !== null ? [`${key} ${value}+${right} ${timestamp}`] : []
  })
}

test('a record meets the value that a global table has now, by a key of its own', () => {
  fc.assert(
    fc.property(globalLog, setting, (records, options) => {
      using driver = new TopologyTestDriver(globalJoin(options))
      for (const { to, key, value, timestamp } of records)
        driver.input(to === 'table' ? table : stream).pipe(key, value, { timestamp })
      const found = driver.output(joined).readAll()
      expect(found.map(({ key, value, timestamp }) => `${key} ${value} ${timestamp}`)).toEqual(
        globalLoop(records, options.left),
      )
    }),
    runs(100),
  )
})
