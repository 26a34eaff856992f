import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WindowStoreSpec } from '../../src/plan/store-spec.ts'
import type { WindowStore } from '../../src/store/state-stores.ts'
import { runs } from './runs.ts'
import { base, StoreRun } from './store-harness.ts'
import { Readings } from './store-readings.ts'
import {
  type Bounds,
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
  reverse,
  segmentMs,
  span,
  times,
  value,
} from './store-window-model.ts'

const windowSizeMs = 10_000

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
