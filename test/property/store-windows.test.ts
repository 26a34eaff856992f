import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import type { WindowStoreSpec } from '../../src/plan/store-spec.ts'
import type { SessionStore, WindowStore } from '../../src/store/state-stores.ts'
import { runs } from './runs.ts'
import { base, StoreRun } from './store-harness.ts'
import { Readings } from './store-readings.ts'

const minute = 60_000
const windowSizeMs = 10_000
const retentionMs = 3 * minute
const segmentMs = minute

const key = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 2 })
const value = fc.string({ maxLength: 1 })
const move = fc.integer({ min: -4, max: 5 }).map((n) => n * 10_000)
const bound = fc.option(key, { nil: undefined })
const span = fc.integer({ min: -8, max: 8 }).map((n) => n * 30_000)
const reverse = fc.boolean()

const readingSteps = [
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), count: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'commit' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'checkpoint' as const }) },
]
const find = fc.record({ do: fc.constant('find' as const), from: bound, to: bound, span, reverse })
const windowStep = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant('put' as const), key, value: fc.option(value), move }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('get' as const), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('fetch' as const), key, span, reverse }) },
  { weight: 3, arbitrary: find },
  ...readingSteps,
)
type WindowStep = typeof windowStep extends fc.Arbitrary<infer S> ? S : never

interface Kept {
  readonly key: string
  /** Start of a window, end of a session. */
  readonly time: number
  /** Tells duplicates, and sessions of one end, apart. */
  readonly second: number
  readonly value: string
}

interface Bounds {
  readonly from?: string | undefined
  readonly to?: string | undefined
}

type Order = 'segment' | 'time'

/** All that was put, and what of it a store shows. */
class Model {
  readonly #retentionMs: number
  #kept: Kept[] = []
  time = -1

  constructor(retention: number) {
    this.#retentionMs = retention
  }

  put(kept: Omit<Kept, 'value'>, newValue: string | null): void {
    this.time = Math.max(this.time, kept.time)
    this.#kept = this.#kept.filter(
      (other) => other.key !== kept.key || other.time !== kept.time || other.second !== kept.second,
    )
    if (newValue !== null && this.isLive(kept.time)) this.#kept.push({ ...kept, value: newValue })
  }

  isLive(time: number): boolean {
    return time > this.time - this.#retentionMs
  }

  shown(passes: (kept: Kept) => boolean, order: Order, backward = false): Kept[] {
    const direction = backward ? -1 : 1
    return this.#kept
      .filter((kept) => this.isLive(kept.time) && passes(kept))
      .sort((a, b) => direction * compare(a, b, order))
  }
}

function compare(a: Kept, b: Kept, order: Order): number {
  const segment = (kept: Kept): number => (order === 'time' ? kept.time : Math.floor(kept.time / segmentMs))
  return segment(a) - segment(b) || Buffer.compare(storeKey(a), storeKey(b))
}

function storeKey(kept: Kept): Buffer {
  const tail = Buffer.alloc(16)
  tail.writeBigInt64BE(BigInt(kept.time))
  tail.writeBigInt64BE(BigInt(kept.second), 8)
  return Buffer.concat([utf8(kept.key), tail])
}

function isWithin({ key: k }: Kept, { from, to }: Bounds): boolean {
  return (from === undefined || k >= from) && (to === undefined || k <= to)
}

function rangeOf({ from, to }: Bounds): { readonly from?: string; readonly to?: string } {
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

function times(now: number, distance: number): { readonly first: number; readonly last: number } {
  const other = Math.max(0, now + distance)
  return { first: Math.min(now, other), last: Math.max(now, other) }
}

/** Does steps to a window store and to a model. */
class WindowCheck {
  readonly #run: StoreRun<WindowStore<string, string>>
  readonly #model: Model
  readonly #order: Order
  readonly #duplicates: boolean
  readonly #readings = new Readings()
  #now = 10 * minute
  #puts = 0

  constructor(spec: WindowStoreSpec, order: Order, cacheMaxBytes: number) {
    this.#run = new StoreRun({ ...spec, caching: true }, { cacheMaxBytes })
    this.#model = new Model(spec.retentionMs)
    this.#order = order
    this.#duplicates = spec.retainDuplicates
  }

  async take(step: WindowStep): Promise<void> {
    const { store } = this.#run
    if (step.do === 'put') this.#put(step.key, step.value, step.move)
    else if (step.do === 'get') this.#get(step.key)
    else if (step.do === 'fetch') {
      const { first, last } = times(this.#now, step.span)
      const expected = this.#shown(first, last, { from: step.key, to: step.key }, step.reverse)
      this.#readings.add(
        store.fetch(step.key, first, last, step),
        expected.map((kept) => ({ key: kept.time, value: kept.value })),
      )
    } else if (step.do === 'find') {
      const { first, last } = times(this.#now, step.span)
      const found = store.fetchKeys(rangeOf(step), first, last, { reverse: step.reverse })
      this.#readings.add(found, this.#shown(first, last, step, step.reverse).map(windowEntry))
    } else if (step.do === 'advance') this.#readings.advance(step.count)
    else if (step.do === 'commit') this.#run.commit()
    else await this.#run.checkpoint()
  }

  finish(): void {
    this.#readings.finish()
    expect([...this.#run.store.all()]).toEqual(this.#model.shown(() => true, this.#order).map(windowEntry))
  }

  #put(k: string, newValue: string | null, distance: number): void {
    this.#now = Math.max(0, this.#now + distance)
    this.#run.store.put(k, newValue, this.#now)
    if (!this.#duplicates) this.#model.put({ key: k, time: this.#now, second: 0 }, newValue)
    // There is nothing that a null could take the place of.
    else if (newValue !== null) this.#model.put({ key: k, time: this.#now, second: ++this.#puts }, newValue)
  }

  #get(k: string): void {
    if (this.#duplicates) return
    const [found] = this.#shown(this.#now, this.#now, { from: k, to: k }, false)
    expect(this.#run.store.get(k, this.#now)).toBe(found?.value)
  }

  #shown(first: number, last: number, keys: Bounds, backward: boolean): Kept[] {
    const passes = (kept: Kept): boolean => kept.time >= first && kept.time <= last && isWithin(kept, keys)
    return this.#model.shown(passes, this.#order, backward)
  }
}

function windowEntry(kept: Kept): unknown {
  const window = { start: kept.time, end: kept.time + windowSizeMs }
  return { key: { key: kept.key, window }, value: kept.value }
}

const windows = {
  ...base,
  kind: 'window',
  timestamped: false,
  windowSizeMs,
  retentionMs,
  segmentMs,
  retainDuplicates: false,
} as const
const inMemory = { ...windows, engine: 'memory' } as const
const timeFirst = { ...windows, advanceMs: 10_000 }
/** What a cache holds does not expire before it goes: the model knows nothing of that. */
const endless = 10_000 * minute

describe.each([
  { name: 'key first', spec: windows, order: 'segment', cacheMaxBytes: 0 },
  {
    name: 'key first, cached',
    spec: { ...windows, retentionMs: endless },
    order: 'segment',
    cacheMaxBytes: 2000,
  },
  { name: 'time first', spec: timeFirst, order: 'segment', cacheMaxBytes: 0 },
  {
    name: 'time first, cached',
    spec: { ...timeFirst, retentionMs: endless },
    order: 'segment',
    cacheMaxBytes: 2000,
  },
  { name: 'duplicates', spec: { ...windows, retainDuplicates: true }, order: 'segment', cacheMaxBytes: 2000 },
  { name: 'in memory', spec: inMemory, order: 'time', cacheMaxBytes: 0 },
  {
    name: 'in memory, cached',
    spec: { ...inMemory, retentionMs: endless },
    order: 'time',
    cacheMaxBytes: 2000,
  },
] as const)('windows, $name', ({ spec, order, cacheMaxBytes }) => {
  test('a window store is a sorted list of what has not expired', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(windowStep, { maxLength: 100, size: 'max' }), async (steps) => {
        const check = new WindowCheck(spec, order, cacheMaxBytes)
        for (const step of steps) await check.take(step)
        check.finish()
      }),
      runs(60),
    )
  })
})

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
  readonly #model = new Model(retentionMs)
  readonly #order: Order
  readonly #readings = new Readings()
  #now = 10 * minute

  constructor(engine: 'lmdb' | 'memory', order: Order) {
    this.#run = new StoreRun({ ...base, engine, kind: 'session', retentionMs, segmentMs })
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
  { name: 'on disk', engine: 'lmdb', order: 'segment' },
  { name: 'in memory', engine: 'memory', order: 'time' },
] as const)('sessions, $name', ({ engine, order }) => {
  test('a session store is a sorted list of what has not expired', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sessionStep, { maxLength: 100, size: 'max' }), async (steps) => {
        const check = new SessionCheck(engine, order)
        for (const step of steps) await check.take(step)
        check.finish()
      }),
      runs(60),
    )
  })
})
