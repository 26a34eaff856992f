import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareBytes, utf8 } from '../../src/core/bytes.ts'
import { untilTimeLimit, untilWindowCloses } from '../../src/dsl/suppressed.ts'
import { topic } from '../../src/dsl/topic.ts'
import { topology } from '../../src/dsl/topology.ts'
import { hopping, session, tumbling } from '../../src/dsl/windows.ts'
import { type SessionWindows, type TimeWindows, windowStarts } from '../../src/plan/windows.ts'
import { string } from '../../src/serde/scalars.ts'
import { sessionWindowed, timeWindowed, type Windowed } from '../../src/serde/windowed.ts'
import { TopologyTestDriver } from '../../src/testing/topology-test-driver.ts'
import { runs } from './runs.ts'

// What suppress lets go, against lists of everything that waits.

const input = topic('input', { key: string, value: string })
const output = topic('output', { key: string, value: string })

interface LogRecord {
  readonly key: string
  readonly value: string | null
  readonly timestamp: number
}

/** Names say when a record came. */
function log(maxTime: number, deletes: boolean): fc.Arbitrary<LogRecord[]> {
  const step = fc.record({
    key: fc.constantFrom('a', 'aa', 'b'),
    timestamp: fc.nat({ max: maxTime }),
    deleted: deletes ? fc.integer({ min: 0, max: 3 }).map((n) => n === 0) : fc.constant(false),
  })
  return fc
    .array(step, { maxLength: 40 })
    .map((steps) =>
      steps.map(({ key, timestamp, deleted }, at) => ({ key, timestamp, value: deleted ? null : `${at}` })),
    )
}

/** All that comes out, as text. */
function run(built: ReturnType<typeof topology>, records: readonly LogRecord[], cached: boolean): string[] {
  using driver = new TopologyTestDriver(built, cached ? {} : { cacheMaxBytes: 0 })
  for (const { key, value, timestamp } of records) driver.input(input).pipe(key, value, { timestamp })
  return driver
    .output(output)
    .readAll()
    .map(({ key, value, timestamp }) => `${key} ${value} @${timestamp}`)
}

interface Waiting {
  readonly key: string
  /** When it is due. */
  readonly time: number
  /** Decides among those due at once. */
  readonly order: Uint8Array
  value: string | null
  /** Of the record that is emitted. */
  timestamp: number
}

/** Updates that wait, the last of each key. */
class WaitingList {
  readonly #waiting: Waiting[] = []
  readonly #emitted: string[]
  #time = -1

  constructor(emitted: string[]) {
    this.#emitted = emitted
  }

  get size(): number {
    return this.#waiting.length
  }

  /** An update takes the place of the one that waits, and its turn. */
  put(update: Waiting): void {
    this.#time = Math.max(this.#time, update.timestamp)
    const waits = this.#waiting.find(({ key }) => key === update.key)
    if (!waits) this.#waiting.push(update)
    else Object.assign(waits, { value: update.value, timestamp: update.timestamp })
    this.#waiting.sort((a, b) => a.time - b.time || compareBytes(a.order, b.order))
  }

  /** Lets go of what is due. */
  expire(afterMs: number, emitsDeletions: boolean): void {
    while (this.#waiting.length > 0 && this.#waiting[0]!.time <= this.#time - afterMs)
      this.#emit(emitsDeletions)
  }

  /** Lets go of the earliest while there are too many. */
  shrink(maxRecords: number): void {
    while (this.#waiting.length > maxRecords) this.#emit(true)
  }

  #emit(emitsDeletions: boolean): void {
    const { key, value, timestamp } = this.#waiting.shift()!
    if (value !== null || emitsDeletions) this.#emitted.push(`${key} ${value} @${timestamp}`)
  }
}

test('until a time limit: the last update of each key since the first that waits, the earliest first', () => {
  const setting = fc.record({
    limitMs: fc.nat({ max: 30 }),
    maxRecords: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
    cached: fc.boolean(),
  })
  fc.assert(
    fc.property(log(60, true), setting, (records, { limitMs, maxRecords, cached }) => {
      const built = topology(import.meta.url, (b) => {
        const limits = maxRecords === undefined ? {} : { maxRecords }
        b.table(input).suppress(untilTimeLimit(limitMs, limits)).toStream().to(output)
        return undefined
      })
      const expected: string[] = []
      const list = new WaitingList(expected)
      const table = new Map<string, string | null>()
      for (const { key, value, timestamp } of records) {
        // A cache does not tell of the deletion of what was never there.
        if (cached && value === null && (table.get(key) ?? null) === null) continue
        table.set(key, value)
        list.put({ key, value, timestamp, time: timestamp, order: utf8(key) })
        list.expire(limitMs, true)
        if (maxRecords !== undefined) list.shrink(maxRecords)
      }
      expect(run(built, records, cached)).toEqual(expected)
    }),
    runs(150),
  )
})

type Windows = TimeWindows | SessionWindows

const windowed: fc.Arbitrary<Windows> = fc
  .record({
    size: fc.integer({ min: 1, max: 20 }),
    grace: fc.oneof(fc.constant(0), fc.nat({ max: 20 })),
    shape: fc.constantFrom('tumbling', 'hopping', 'session'),
  })
  .map(({ size, grace, shape }) => {
    if (shape === 'session') return session(size, { grace })
    return shape === 'tumbling'
      ? tumbling(size, { grace })
      : hopping(size, { advance: Math.ceil(size / 3), grace })
  })

interface Aggregate {
  readonly start: number
  readonly end: number
  readonly value: string
  readonly timestamp: number
}

/** The updates of each window, as an aggregation that joins values makes them. */
class Windowing {
  readonly #windows: Windows
  readonly #update: (key: string, window: Aggregate, deleted: boolean) => void
  #ofKeys = new Map<string, Aggregate[]>()
  #time = -1

  constructor(windows: Windows, update: (key: string, window: Aggregate, deleted: boolean) => void) {
    this.#windows = windows
    this.#update = update
  }

  add({ key, value, timestamp }: LogRecord): void {
    this.#time = Math.max(this.#time, timestamp)
    if (this.#windows.kind === 'session') this.#addToSession(this.#windows, key, `${value} `, timestamp)
    else this.#addToWindows(this.#windows, key, `${value} `, timestamp)
  }

  #addToWindows(windows: TimeWindows, key: string, value: string, timestamp: number): void {
    for (const start of windowStarts(windows, timestamp)) {
      const end = start + windows.sizeMs
      if (end <= this.#time - windows.graceMs) continue
      const before = this.#of(key).find((window) => window.start === start)
      const latest = Math.max(timestamp, before?.timestamp ?? -1)
      this.#replace(key, before ? [before] : [], {
        start,
        end,
        value: (before?.value ?? '') + value,
        timestamp: latest,
      })
    }
  }

  #addToSession({ gapMs, graceMs }: SessionWindows, key: string, value: string, timestamp: number): void {
    const reached = this.#of(key)
      .filter(({ start, end }) => end >= timestamp - gapMs && start <= timestamp + gapMs)
      .sort((a, b) => a.end - b.end)
    const start = Math.min(timestamp, ...reached.map((one) => one.start))
    const end = Math.max(timestamp, ...reached.map((one) => one.end))
    if (end < this.#time - graceMs - gapMs) return
    const merged = { start, end, value: reached.map((one) => one.value).join('') + value, timestamp: end }
    for (const one of reached)
      if (one.start !== start || one.end !== end) this.#update(key, { ...one, timestamp: one.end }, true)
    this.#replace(key, reached, merged)
  }

  #of(key: string): readonly Aggregate[] {
    return this.#ofKeys.get(key) ?? []
  }

  #replace(key: string, old: readonly Aggregate[], window: Aggregate): void {
    this.#ofKeys.set(key, [...this.#of(key).filter((one) => !old.includes(one)), window])
    this.#update(key, window, false)
  }
}

/** The final results: what is let go when its window has closed, in order of the windows' ends. */
function finalResults(records: readonly LogRecord[], windows: Windows): string[] {
  const results: string[] = []
  const list = new WaitingList(results)
  const serde = windows.kind === 'session' ? sessionWindowed(string) : timeWindowed(string, windows.sizeMs)
  const closesAfterMs = windows.graceMs + (windows.kind === 'session' ? windows.gapMs : 0)
  const windowing = new Windowing(windows, (key, { start, end, value, timestamp }, deleted) => {
    const windowedKey: Windowed<string> = { key, window: { start, end } }
    list.put({
      key: `${key}@${start}/${end}`,
      value: deleted ? null : value,
      timestamp,
      time: end,
      order: serde.serialize(windowedKey),
    })
    list.expire(closesAfterMs, false)
  })
  for (const record of records) windowing.add(record)
  return results
}

function suppressed(windows: Windows): ReturnType<typeof topology> {
  return topology(import.meta.url, (b) => {
    const grouped = b.stream(input).groupByKey()
    const add = (all: string, value: string): string => `${all}${value} `
    // A session that nobody can reach any more is still to be found by those that come too late.
    const store = { name: 'windows', retention: '1h' } as const
    const table =
      windows.kind === 'session'
        ? grouped
            .windowedBy(windows)
            .aggregate(() => '', add, { value: string, store, merge: (one, two) => one + two })
        : grouped.windowedBy(windows).aggregate(() => '', add, { value: string, store })
    table
      .suppress(untilWindowCloses())
      .toStream()
      .selectKey((_, { key, window }) => `${key}@${window.start}/${window.end}`)
      .to(output)
    return undefined
  })
}

test('until windows close: one result of each, when stream time has passed its end and grace', () => {
  fc.assert(
    fc.property(log(150, false), windowed, (records, windows) => {
      const found = run(suppressed(windows), records, false)
      expect(found).toEqual(finalResults(records, windows))
      if (windows.kind === 'session') return // those reached at the very moment they close are emitted again
      const emitted = found.map((result) => result.slice(0, result.indexOf(' ')))
      expect(new Set(emitted).size).toBe(emitted.length)
    }),
    runs(150),
  )
})
