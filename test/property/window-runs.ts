import fc from 'fast-check'
import type { EmitStrategy } from '../../src/dsl/aggregation-options.ts'
import { topic } from '../../src/dsl/topic.ts'
import { topology } from '../../src/dsl/topology.ts'
import type { Windows } from '../../src/plan/windows.ts'
import { string } from '../../src/serde/scalars.ts'
import { TopologyTestDriver } from '../../src/testing/topology-test-driver.ts'

// What the tests of windows have in common: logs, and what an aggregation over windows makes of them.

const input = topic('input', { key: string, value: string })
const output = topic('output', { key: string, value: string })

export interface Timed {
  readonly key: string
  readonly value: string
  readonly timestamp: number
}

export interface Setting {
  readonly windows: Windows
  readonly emit: EmitStrategy
  readonly kind: 'memory' | 'lmdb'
  readonly retention?: '1h'
  /** How often closed windows are looked for; the wall clock stands still until the end. */
  readonly everyMs?: number
}

/**
 * Names say when a record came: aggregates show their order. Times jump about, most of them late, or go forward step by
 * step, so that windows close one by one.
 */
export function records(maxTime: number): fc.Arbitrary<Timed[]> {
  const key = fc.constantFrom('a', 'b')
  const jump = fc.record({ key, timestamp: fc.nat({ max: maxTime }) })
  const late = fc.oneof(fc.constant(0), fc.nat({ max: 20 }))
  const step = fc.record({ key, forward: fc.nat({ max: Math.ceil(maxTime / 12) }), late })
  const forward = fc.array(step, { maxLength: 40 }).map((steps) => {
    let time = 0
    return steps.map((one) => {
      time += one.forward
      return { key: one.key, timestamp: Math.min(maxTime, Math.max(0, time - one.late)) }
    })
  })
  return fc
    .oneof(fc.array(jump, { maxLength: 40 }), forward)
    .map((log) => log.map((record, at) => ({ ...record, value: `${at}` })))
}

export const kind = fc.constantFrom('memory' as const, 'lmdb' as const)
export const grace = fc.oneof(fc.constant(0), fc.nat({ max: 40 }))
export const everything = '10m'

export interface Result {
  /** `key@start/end` of the window. */
  readonly window: string
  readonly value: string | null
  readonly final: boolean
}

/** All that comes out when each window's values are joined in order. */
export function run(
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
export function tableOf(results: readonly Result[]): Map<string, string> {
  const table = new Map<string, string>()
  for (const { window, value } of results) {
    if (value === null) table.delete(window)
    else table.set(window, value)
  }
  return table
}

export function sorted(table: ReadonlyMap<string, string>): [string, string][] {
  return [...table].sort(([a], [b]) => (a < b ? -1 : 1))
}
