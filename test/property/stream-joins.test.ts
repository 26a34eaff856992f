import fc from 'fast-check'
import { expect, test } from 'vitest'
import { topic } from '../../src/dsl/topic.ts'
import { topology } from '../../src/dsl/topology.ts'
import type { JoinKind } from '../../src/plan/node.ts'
import { string } from '../../src/serde/scalars.ts'
import { TopologyTestDriver } from '../../src/testing/topology-test-driver.ts'
import { runs } from './runs.ts'

// Joins of streams against loops over the log.

const left = topic('left', { key: string, value: string })
const right = topic('right', { key: string, value: string })
const joined = topic('joined', { key: string, value: string })

type Side = 'left' | 'right'

interface LogRecord {
  readonly side: Side
  readonly key: string
  readonly value: string
  readonly timestamp: number
}

interface Setting {
  readonly before: number
  readonly after: number
  readonly grace: number
  readonly kind: 'memory' | 'lmdb'
}

const setting: fc.Arbitrary<Setting> = fc.record({
  before: fc.nat({ max: 15 }),
  after: fc.nat({ max: 15 }),
  grace: fc.nat({ max: 20 }),
  kind: fc.constantFrom('memory' as const, 'lmdb' as const),
})

/** @param lateness how far, at most, a record is behind the latest before it. */
function log(lateness: number): fc.Arbitrary<LogRecord[]> {
  const step = fc.record({
    side: fc.constantFrom<Side[]>('left', 'right'),
    key: fc.constantFrom('a', 'b'),
    forward: fc.nat({ max: 6 }),
    late: fc.oneof(fc.constant(0), fc.nat({ max: lateness }), fc.constant(lateness)),
  })
  return fc.array(step, { maxLength: 40 }).map((steps) => {
    let time = 100
    return steps.map(({ side, key, forward, late }, at) => {
      time += forward
      return { side, key, value: `${side === 'left' ? 'l' : 'r'}${at}`, timestamp: time - late }
    })
  })
}

function run(records: readonly LogRecord[], kind: JoinKind, setting: Setting): string[] {
  const built = topology(import.meta.url, (b) => {
    const { before, after, grace } = setting
    const options = { within: 0, before, after, grace, store: { kind: setting.kind } }
    const [one, two] = [b.stream(left), b.stream(right)]
    const both = (l: string | null, r: string | null) => `${l ?? ''}+${r ?? ''}`
    const results = {
      inner: () => one.join(two, both, options),
      left: () => one.leftJoin(two, both, options),
      outer: () => one.outerJoin(two, both, options),
    }
    results[kind]().to(joined)
    return undefined
  })
  const driver = new TopologyTestDriver(built)
  try {
    const inputs = { left: driver.input(left), right: driver.input(right) }
    for (const { side, key, value, timestamp } of records) inputs[side].pipe(key, value, { timestamp })
    return driver
      .output(joined)
      .readAll()
      .map(({ key, value, timestamp }) => `${key} ${value} ${timestamp}`)
  } finally {
    driver.close()
  }
}

const pair = (l: LogRecord, r: LogRecord) =>
  `${l.key} ${l.value}+${r.value} ${Math.max(l.timestamp, r.timestamp)}`

function meets(l: LogRecord, r: LogRecord, { before, after }: Setting): boolean {
  return l.key === r.key && r.timestamp >= l.timestamp - before && r.timestamp <= l.timestamp + after
}

/** For each record, those before it of the other side that are still remembered, by time. */
function nestedLoop(records: readonly LogRecord[], setting: Setting): string[] {
  const retention = setting.before + setting.after + setting.grace
  return records.flatMap((record, at) => {
    const others = records.slice(0, at).filter(({ side }) => side !== record.side)
    const latest = Math.max(...others.map(({ timestamp }) => timestamp))
    const remembered = others.filter((other, i) => {
      const latestThen = Math.max(...others.slice(0, i + 1).map(({ timestamp }) => timestamp))
      // What was too late when it came was not kept at all.
      return other.timestamp > latestThen - retention && other.timestamp > latest - retention
    })
    return remembered
      .map((other) => (record.side === 'left' ? ([record, other] as const) : ([other, record] as const)))
      .filter(([l, r]) => meets(l, r, setting))
      .sort((one, two) => sideOf(one, record).timestamp - sideOf(two, record).timestamp)
      .map(([l, r]) => pair(l, r))
  })
}

/** The one of a pair that is not `record`. */
function sideOf([l, r]: readonly [LogRecord, LogRecord], record: LogRecord): LogRecord {
  return l === record ? r : l
}

test('an inner join emits what a nested loop finds, in its order', () => {
  fc.assert(
    fc.property(log(40), setting, (records, options) => {
      expect(run(records, 'inner', options)).toEqual(nestedLoop(records, options))
    }),
    runs(200),
  )
})

/** Records of another key, so late that all that waits before them is let go. */
const flush: readonly LogRecord[] = [1000, 2000, 3000].flatMap((timestamp): LogRecord[] => [
  { side: 'left', key: 'end', value: 'l', timestamp },
  { side: 'right', key: 'end', value: 'r', timestamp },
])

/** All pairs of the log and, once each, the records that meet nobody. */
function outerLoop(records: readonly LogRecord[], kind: 'left' | 'outer', options: Setting): string[] {
  const lefts = records.filter(({ side }) => side === 'left')
  const rights = records.filter(({ side }) => side === 'right')
  const alone = (one: LogRecord, value: string) => `${one.key} ${value} ${one.timestamp}`
  return [
    ...lefts.flatMap((l) => rights.filter((r) => meets(l, r, options)).map((r) => pair(l, r))),
    ...lefts.filter((l) => !rights.some((r) => meets(l, r, options))).map((l) => alone(l, `${l.value}+`)),
    ...rights
      .filter((r) => kind === 'outer' && !lefts.some((l) => meets(l, r, options)))
      .map((r) => alone(r, `+${r.value}`)),
  ]
}

test('left and outer joins emit each pair once, and once each record that meets nobody', () => {
  // A record is not late as long as its window is open; later ones may come out alone and yet meet somebody.
  const inTime = setting.chain((options) =>
    fc.record({
      options: fc.constant(options),
      records: log(Math.min(options.before, options.after, options.grace)),
    }),
  )
  fc.assert(
    fc.property(inTime, fc.constantFrom('left' as const, 'outer' as const), ({ records, options }, kind) => {
      const emitted = run([...records, ...flush], kind, options).filter((text) => !text.startsWith('end'))
      expect(emitted.sort()).toEqual(outerLoop(records, kind, options).sort())
    }),
    runs(200),
  )
})

test('a self join by one store emits what one by two stores does', () => {
  const selfJoin = (records: readonly LogRecord[], options: Setting, optimized: boolean): string[] => {
    const built = topology(
      import.meta.url,
      (b) => {
        const stream = b.stream(left)
        const within = { within: 0, before: options.before, after: options.after, grace: options.grace }
        stream.join(stream, (l, r) => `${l}+${r}`, within).to(joined)
        return undefined
      },
      optimized ? { optimize: 'all' } : {},
    )
    const driver = new TopologyTestDriver(built)
    try {
      for (const { key, value, timestamp } of records) driver.input(left).pipe(key, value, { timestamp })
      return driver
        .output(joined)
        .readAll()
        .map(({ key, value, timestamp }) => `${key} ${value} ${timestamp}`)
    } finally {
      driver.close()
    }
  }
  fc.assert(
    fc.property(log(5), setting, (records, options) => {
      // Two stores have a record in one of them before it is looked for in the other: what is just expiring is gone by then.
      fc.pre(Math.min(options.before, options.after) + options.grace > 5)
      expect(selfJoin(records, options, true).sort()).toEqual(selfJoin(records, options, false).sort())
    }),
    runs(100),
  )
})
