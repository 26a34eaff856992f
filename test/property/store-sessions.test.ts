import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SessionStore } from '../../src/store/state-stores.ts'
import { runs } from './runs.ts'
import { base, StoreRun } from './store-harness.ts'
import { Readings } from './store-readings.ts'
import {
  endless,
  find,
  isWithin,
  type Kept,
  key,
  Model,
  minute,
  move,
  type Order,
  rangeOf,
  readingSteps,
  retentionMs,
  segmentMs,
  times,
  value,
} from './store-window-model.ts'

const length = fc.integer({ min: 0, max: 3 }).map((n) => n * 10_000)
const sessionStep = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('put' as const), key, value: fc.option(value), move, length }),
  },
  { weight: 3, arbitrary: find },
  ...readingSteps,
)

type SessionStep = typeof sessionStep extends fc.Arbitrary<infer S> ? S : never

/** Does steps to a session store and to a model. */
class SessionCheck {
  readonly #run: StoreRun<SessionStore<string, string>>
  readonly #model: Model
  readonly #order: Order
  readonly #readings = new Readings()
  #now = 10 * minute

  constructor(engine: 'lmdb' | 'memory', order: Order, cacheMaxBytes: number) {
    const retained = cacheMaxBytes > 0 ? endless : retentionMs
    const spec = {
      ...base,
      engine,
      kind: 'session',
      caching: true,
      retentionMs: retained,
      segmentMs,
    } as const
    this.#run = new StoreRun(spec, { cacheMaxBytes })
    this.#model = new Model(retained)
    this.#order = order
  }

  async take(step: SessionStep): Promise<void> {
    if (step.do === 'put') {
      this.#now = Math.max(0, this.#now + step.move)
      this.#put(step.key, Math.max(0, this.#now - step.length), this.#now, step.value)
    } else if (step.do === 'find') {
      const { first, last } = times(this.#now, step.span)
      const range = { ...rangeOf(step), reverse: step.reverse }
      const passes = (kept: Kept): boolean =>
        kept.time >= first && kept.second <= last && isWithin(kept, step)
      const expected = this.#model.shown(passes, this.#order, step.reverse).map(sessionEntry)
      this.#readings.add(this.#run.store.findSessionsOf(range, first, last), expected)
    } else if (step.do === 'advance') this.#readings.advance(step.count)
    else if (step.do === 'commit') this.#run.commit()
    else await this.#run.checkpoint()
  }

  finish(): void {
    this.#readings.finish()
  }

  #put(k: string, start: number, end: number, newValue: string | null): void {
    const { store } = this.#run
    store.put({ key: k, window: { start, end } }, newValue)
    this.#model.put({ key: k, time: end, second: start }, newValue)
    const shown = newValue !== null && this.#model.isLive(end) ? newValue : undefined
    expect(store.fetchSession(k, start, end)).toBe(shown)
  }
}

function sessionEntry(kept: Kept): unknown {
  const window = { start: kept.second, end: kept.time }
  return { key: { key: kept.key, window }, value: kept.value }
}

describe.each([
  { name: 'on disk', engine: 'lmdb', order: 'segment', cacheMaxBytes: 0 },
  { name: 'on disk, cached', engine: 'lmdb', order: 'segment', cacheMaxBytes: 2000 },
  { name: 'in memory', engine: 'memory', order: 'time', cacheMaxBytes: 0 },
  { name: 'in memory, cached', engine: 'memory', order: 'time', cacheMaxBytes: 2000 },
] as const)('sessions, $name', ({ engine, order, cacheMaxBytes }) => {
  test('a session store is a sorted list of what has not expired', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sessionStep, { maxLength: 100, size: 'max' }), async (steps) => {
        const check = new SessionCheck(engine, order, cacheMaxBytes)
        for (const step of steps) await check.take(step)
        check.finish()
      }),
      runs(60),
    )
  })
})
