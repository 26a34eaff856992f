import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EmitStrategy } from '../../src/dsl/aggregation-options.ts'
import { topic } from '../../src/dsl/topic.ts'
import { topology } from '../../src/dsl/topology.ts'
import { hopping, session, sliding, tumbling, unlimited } from '../../src/dsl/windows.ts'
import type { Windows } from '../../src/plan/windows.ts'
import { string } from '../../src/serde/scalars.ts'
import { TopologyTestDriver } from '../../src/testing/topology-test-driver.ts'
import { runs } from './runs.ts'

// Aggregations over windows against models that keep every record.

const input = topic('input', { key: string, value: string })
const output = topic('output', { key: string, value: string })

interface Timed {
  readonly key: string
  readonly value: string
  readonly timestamp: number
}

interface Setting {
  readonly windows: Windows
  readonly emit: EmitStrategy
  readonly kind: 'memory' | 'lmdb'
  readonly retention?: '1h'
  /** How often closed windows are looked for; the wall clock stands still until the end. */
  readonly everyMs?: number
}

/** Names say when a record came: aggregates show their order. */
function records(maxTime: number): fc.Arbitrary<Timed[]> {
  const record = fc.record({ key: fc.constantFrom('a', 'b'), timestamp: fc.nat({ max: maxTime }) })
  return fc
    .array(record, { maxLength: 40 })
    .map((steps) => steps.map((step, at) => ({ ...step, value: `${at}` })))
}

const kind = fc.constantFrom('memory' as const, 'lmdb' as const)
const grace = fc.oneof(fc.constant(0), fc.nat({ max: 40 }))
const everything = '10m'

interface Result {
  /** `key@start/end` of the window. */
  readonly window: string
  readonly value: string | null
  readonly final: boolean
}

/** All that comes out when each window's values are joined in order. */
function run(
  log: readonly Timed[],
  { windows, emit, kind: engine, retention, everyMs = 0 }: Setting,
): Result[] {
  const built = topology(import.meta.url, (b) => {
    const store = { name: 'windows', kind: engine, ...(retention && { retention }) }
    const grouped = b.stream(input).groupByKey()
    const add = (all: string, value: string): string => `${all} ${value}`
    const table =
      windows.kind === 'session'
        ? grouped
            .windowedBy(windows)
            .emitStrategy(emit)
            .aggregate(() => '', add, { value: string, store, merge: (one, two) => one + two })
        : grouped
            .windowedBy(windows)
            .emitStrategy(emit)
            .aggregate(() => '', add, { value: string, store })
    table
      .toStream()
      .selectKey((_, { key, window }) => `${key}@${window.start}/${window.end}`)
      .to(output)
    return undefined
  })
  const emitIntervals = { windowCloseMs: everyMs, outerJoinMs: 0 }
  const driver = new TopologyTestDriver(built, { cacheMaxBytes: 0, emitIntervals })
  try {
    const source = driver.input(input)
    for (const { key, value, timestamp } of log) {
      if (key === 'last') driver.advanceWallClock(everyMs)
      source.pipe(key, value, { timestamp })
    }
    return driver
      .output(output)
      .readAll()
      .map(({ key, value, headers }) => ({
        window: key ?? '',
        value,
        final: headers.some((header) => header.key === 'final'),
      }))
  } finally {
    driver.close()
  }
}

/** The last update of each window. */
function tableOf(results: readonly Result[]): Map<string, string> {
  const table = new Map<string, string>()
  for (const { window, value } of results) {
    if (value === null) table.delete(window)
    else table.set(window, value)
  }
  return table
}

function sorted(table: ReadonlyMap<string, string>): [string, string][] {
  return [...table].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The windows of fixed size that a record belongs to, as [start, end). */
type Assign = (timestamp: number) => [number, number][]

function fixedWindows(log: readonly Timed[], assign: Assign, graceMs: number): Map<string, string> {
  const table = new Map<string, string>()
  let streamTime = -1
  for (const { key, value, timestamp } of log) {
    streamTime = Math.max(streamTime, timestamp)
    for (const [start, end] of assign(timestamp)) {
      const window = `${key}@${start}/${end}`
      if (end > streamTime - graceMs) table.set(window, `${table.get(window) ?? ''} ${value}`)
    }
  }
  return table
}

test('tumbling and hopping windows hold the records of their time that are not late', () => {
  const setting = fc.record({
    size: fc.integer({ min: 1, max: 20 }),
    advance: fc.nat({ max: 19 }),
    grace,
    kind,
  })
  fc.assert(
    fc.property(records(100), setting, (log, { size, advance: wanted, grace: graceMs, kind: engine }) => {
      const advance = (wanted % size) + 1
      const windows =
        advance === size ? tumbling(size, { grace: graceMs }) : hopping(size, { advance, grace: graceMs })
      const assign: Assign = (timestamp) =>
        Array.from({ length: 121 }, (_, i): [number, number] => [i * advance, i * advance + size]).filter(
          ([start, end]) => start <= timestamp && timestamp < end,
        )
      const results = run(log, { windows, emit: 'update', kind: engine })
      expect(sorted(tableOf(results))).toEqual(sorted(fixedWindows(log, assign, graceMs)))
    }),
    runs(60),
  )
})

test('an unlimited window holds all records from its start on', () => {
  fc.assert(
    fc.property(records(100), fc.nat({ max: 100 }), kind, (log, startAt, engine) => {
      const assign: Assign = (timestamp) => (timestamp < startAt ? [] : [[startAt, Number.MAX_SAFE_INTEGER]])
      const results = run(log, { windows: unlimited({ startAt }), emit: 'update', kind: engine })
      expect(sorted(tableOf(results))).toEqual(sorted(fixedWindows(log, assign, 0)))
    }),
    runs(20),
  )
})

/** For each record the window that ends with it and the one that begins just after it, if that holds any. */
function slidingWindows(log: readonly Timed[], difference: number): Map<string, string> {
  const table = new Map<string, string>()
  for (const key of new Set(log.map((record) => record.key))) {
    const ofKey = log.filter((record) => record.key === key)
    for (const { timestamp } of ofKey) {
      for (const start of [Math.max(0, timestamp - difference), timestamp + 1]) {
        const end = start + difference
        const inside = ofKey.filter((record) => record.timestamp >= start && record.timestamp <= end)
        if (inside.length > 0)
          table.set(`${key}@${start}/${end}`, inside.map(({ value }) => ` ${value}`).join(''))
      }
    }
  }
  return table
}

test('sliding windows are those that end with a record or begin after one', () => {
  fc.assert(
    fc.property(records(60), fc.integer({ min: 1, max: 20 }), kind, (log, difference, engine) => {
      const windows = sliding(difference, { grace: everything })
      const results = run(log, { windows, emit: 'update', kind: engine })
      expect(sorted(tableOf(results))).toEqual(sorted(slidingWindows(log, difference)))
    }),
    runs(60),
  )
})

interface Session {
  readonly start: number
  readonly end: number
  readonly value: string
}

function sessionWindows(log: readonly Timed[], gapMs: number, graceMs: number): Map<string, string> {
  const sessions = new Map<string, Session[]>()
  let streamTime = -1
  for (const { key, value, timestamp } of log) {
    streamTime = Math.max(streamTime, timestamp)
    const all = sessions.get(key) ?? []
    const reached = all.filter(({ start, end }) => end >= timestamp - gapMs && start <= timestamp + gapMs)
    const start = Math.min(timestamp, ...reached.map((one) => one.start))
    const end = Math.max(timestamp, ...reached.map((one) => one.end))
    if (end < streamTime - graceMs - gapMs) continue
    const merged = { start, end, value: `${reached.map((one) => one.value).join('')} ${value}` }
    const others = all.filter((one) => !reached.includes(one))
    sessions.set(
      key,
      [...others, merged].sort((a, b) => a.end - b.end),
    )
  }
  const all = [...sessions].flatMap(([key, ofKey]) => ofKey.map((one) => ({ key, ...one })))
  return new Map(all.map(({ key, start, end, value }) => [`${key}@${start}/${end}`, value]))
}

test('sessions hold the records that are no further apart than the gap', () => {
  fc.assert(
    fc.property(records(100), fc.nat({ max: 10 }), grace, kind, (log, gapMs, graceMs, engine) => {
      const windows = session(gapMs, { grace: graceMs })
      const results = run(log, { windows, emit: 'update', kind: engine, retention: '1h' })
      expect(sorted(tableOf(results))).toEqual(sorted(sessionWindows(log, gapMs, graceMs)))
    }),
    runs(60),
  )
})

const closing: fc.Arbitrary<Windows> = fc
  .record({
    size: fc.integer({ min: 1, max: 20 }),
    grace,
    shape: fc.constantFrom('tumbling', 'hopping', 'sliding', 'session'),
  })
  .map(({ size, grace: graceMs, shape }) => {
    const options = { grace: graceMs }
    if (shape === 'tumbling') return tumbling(size, options)
    if (shape === 'hopping') return hopping(size, { advance: Math.ceil(size / 3), ...options })
    return shape === 'sliding' ? sliding(size, options) : session(size, options)
  })

/** What is closed when all records are there; ends are exclusive for windows of fixed size. */
function closed(
  log: readonly Timed[],
  windows: Windows,
  table: ReadonlyMap<string, string>,
): [string, string][] {
  if (windows.kind === 'unlimited') return []
  const last = Math.max(-1, ...log.map(({ timestamp }) => timestamp))
  const closeTime = last - windows.graceMs - (windows.kind === 'session' ? windows.gapMs : 0)
  return sorted(table).filter(([window]) => {
    const end = Number(window.slice(window.indexOf('/') + 1))
    return windows.kind === 'time' ? end <= closeTime : end < closeTime
  })
}

test('each window that closes is emitted once, with its last update, however far stream time jumps', () => {
  fc.assert(
    fc.property(records(200), closing, kind, (log, windows, engine) => {
      // Whether a late record still reaches a closed session depends on the retention.
      const retained = windows.kind === 'session' ? {} : { retention: '1h' as const }
      const updates = run(log, { windows, emit: 'update', kind: engine, ...retained })
      const finals = run(log, { windows, emit: 'close', kind: engine })
      const expected = closed(log, windows, tableOf(updates))
      if (windows.kind === 'session') {
        // Late records may still reach sessions that were emitted, which are no more in the table then.
        for (const window of expected) expect(sorted(tableOf(finals))).toContainEqual(window)
      } else {
        expect(finals).toHaveLength(expected.length)
        expect(sorted(tableOf(finals))).toEqual(expected)
      }
    }),
    runs(120),
  )
})

test('updates and final results together are what each would be alone', () => {
  fc.assert(
    fc.property(records(200), closing, kind, (log, windows, engine) => {
      const emitted = (emit: EmitStrategy) => run(log, { windows, emit, kind: engine, retention: '1h' })
      const both = emitted('both')
      expect(both.filter(({ final }) => !final)).toEqual(emitted('update'))
      expect(both.filter(({ final }) => final)).toEqual(
        emitted('close').map((result) => ({ ...result, final: true })),
      )
      if (windows.kind === 'session') return
      const done = new Set<string>()
      for (const { window, final } of both) {
        expect(done).not.toContain(window)
        if (final) done.add(window)
      }
    }),
    runs(60),
  )
})

test('windows that closed while nobody looked are emitted later, unless the store would drop them before', () => {
  const last = { key: 'last', value: 'x', timestamp: 1_000_000 }
  fc.assert(
    fc.property(records(200_000), closing, kind, (log, windows, engine) => {
      const all = [...log, last]
      const retained = windows.kind === 'session' ? {} : { retention: '1h' as const }
      const updates = run(all, { windows, emit: 'update', kind: engine, ...retained })
      const finals = run(all, { windows, emit: 'close', kind: engine, everyMs: 1000 })
      for (const window of closed(all, windows, tableOf(updates)))
        expect(sorted(tableOf(finals))).toContainEqual(window)
      const emitted = finals.map(({ window }) => window)
      if (windows.kind !== 'session') expect(new Set(emitted).size).toBe(emitted.length)
    }),
    runs(60),
  )
})
