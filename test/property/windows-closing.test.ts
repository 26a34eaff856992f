import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EmitStrategy } from '../../src/dsl/aggregation-options.ts'
import { hopping, session, sliding, tumbling } from '../../src/dsl/windows.ts'
import type { Windows } from '../../src/plan/windows.ts'
import { runs } from './runs.ts'
import { grace, kind, records, run, sorted, type Timed, tableOf } from './window-runs.ts'

// Final results of windows, against their updates.

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
