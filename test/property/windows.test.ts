import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hopping, session, sliding, tumbling, unlimited } from '../../src/dsl/windows.ts'
import { runs } from './runs.ts'
import { everything, grace, kind, records, run, sorted, type Timed, tableOf } from './window-runs.ts'

// Aggregations over windows against models that keep every record.

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
