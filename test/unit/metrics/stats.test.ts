import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { Avg } from '../../../src/metrics/avg.ts'
import { Count } from '../../../src/metrics/count.ts'
import { Max } from '../../../src/metrics/max.ts'
import { Min } from '../../../src/metrics/min.ts'
import { Rate } from '../../../src/metrics/rate.ts'
import { Ratio } from '../../../src/metrics/ratio.ts'
import type { SampleWindow, Stat } from '../../../src/metrics/stat.ts'
import { Total } from '../../../src/metrics/total.ts'
import { WindowedCount } from '../../../src/metrics/windowed-count.ts'
import { WindowedSum } from '../../../src/metrics/windowed-sum.ts'

const usual: SampleWindow = { windowMs: 30_000, samples: 2 }

/** A stat and a clock that is turned by hand. */
class Measured {
  readonly clock = new ManualClock(1_000_000)
  readonly #stat: Stat
  readonly #window: SampleWindow

  constructor(stat: Stat, window: SampleWindow = usual) {
    this.#stat = stat
    this.#window = window
  }

  record(value: number, thenMs = 0): this {
    this.#stat.record(value, this.clock.monotonic(), this.#window)
    this.clock.advance(thenMs)
    return this
  }

  get value(): number {
    return this.#stat.measure(this.clock.monotonic(), this.#window)
  }
}

describe('over the window, as in Kafka', () => {
  test('nothing recorded: averages and extremes are NaN, sums, counts and rates 0', () => {
    for (const stat of [new Avg(), new Max(), new Min()]) expect(new Measured(stat).value).toBeNaN()
    for (const stat of [new WindowedSum(), new WindowedCount(), new Rate(), new Total(), new Count()])
      expect(new Measured(stat).value).toBe(0)
  })

  test('a sample that got a value within the window counts whole, until it is too old', () => {
    const avg = new Measured(new Avg()).record(1, 29_999).record(3, 1).record(5, 59_998)
    expect(avg.value).toBe(3)
    avg.clock.advance(1)
    expect(avg.value).toBe(5)
    avg.clock.advance(1)
    expect(avg.value).toBeNaN()
  })

  test('the largest and the smallest value leave with their sample', () => {
    const max = new Measured(new Max()).record(9).record(7, 30_000).record(2, 30_000)
    expect(max.value).toBe(2)
    const min = new Measured(new Min()).record(-9).record(7, 30_000).record(2, 29_999)
    expect(min.value).toBe(-9)
    min.clock.advance(1)
    expect(min.value).toBe(2)
  })

  test('one sample more than are kept is held, and then the oldest is used anew', () => {
    const sum = new Measured(new WindowedSum())
    for (const value of [1, 10, 100]) sum.record(value, 30_000)
    sum.clock.advance(-1)
    // At 89,999 ms: the first sample got its last value at 0, and is gone.
    expect(sum.value).toBe(110)
    sum.clock.advance(1)
    expect(sum.record(1000).value).toBe(1100)
  })

  test('a count ignores the values', () => {
    expect(new Measured(new WindowedCount()).record(17).record(-3).value).toBe(2)
  })

  test('samples are as many and as long as is set', () => {
    const sum = new Measured(new WindowedSum(), { windowMs: 100, samples: 5 })
    for (let i = 0; i < 8; i++) sum.record(1, 100)
    expect(sum.value).toBe(4)
  })
})

describe('a rate', () => {
  test('counts all samples but the last as whole from the beginning', () => {
    const rate = new Measured(new Rate()).record(90)
    expect(rate.value).toBeCloseTo(90 / 30)
    rate.clock.advance(15_000)
    expect(rate.value).toBeCloseTo(90 / 45)
    rate.clock.advance(15_000)
    // One window has passed in full: there is nothing to add.
    expect(rate.value).toBeCloseTo(90 / 30)
  })

  test("is that of Kafka's own test: three samples, the last one half over", () => {
    const rate = new Measured(new Rate(), { windowMs: 30_000, samples: 3 })
    rate.record(100, 30_000).record(100, 30_000)
    rate.clock.advance(15_000)
    expect(rate.value).toBeCloseTo(200 / 75)
  })

  test('of a count is how often, of a sum how much', () => {
    const often = new Measured(new Rate(new WindowedCount())).record(100).record(200, 30_000)
    const much = new Measured(new Rate()).record(100).record(200, 30_000)
    expect([often.value, much.value]).toEqual([2 / 30, 10])
  })

  test('with one sample, at its very beginning, is over a millisecond', () => {
    expect(new Measured(new Rate(), { windowMs: 1000, samples: 1 }).record(5).value).toBe(5000)
  })

  test('falls to 0 when nothing comes any more', () => {
    const rate = new Measured(new Rate()).record(90, 60_000)
    expect(rate.value).toBe(0)
  })
})

test('totals know no window', () => {
  expect(new Measured(new Total()).record(2, 1e9).record(3).value).toBe(5)
  expect(new Measured(new Count()).record(2, 1e9).record(3).value).toBe(2)
})

test('a ratio is a part of what another sum has in the same window', () => {
  const whole = new WindowedSum()
  const ratio = new Measured(new Ratio(whole))
  expect(ratio.value).toBe(0)
  whole.record(200, ratio.clock.monotonic(), usual)
  expect(ratio.record(50).value).toBe(0.25)
})
