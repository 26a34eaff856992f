import type { SampleWindow, Stat } from './stat.ts'

/** What was recorded within one part of the window. */
export interface Sample {
  value: number
  events: number
  startMs: number
  lastMs: number
}

/**
 * A figure over the last samples (Java's SampledStat). One sample more than are kept is held, since one that began
 * before the window but got values within it counts whole.
 */
export abstract class SampledStat implements Stat {
  readonly #initial: number
  readonly #samples: Sample[] = []
  #current = 0

  constructor(initial: number) {
    this.#initial = initial
  }

  record(value: number, now: number, window: SampleWindow): void {
    let sample = this.#sampleAt(now)
    if (now - sample.startMs >= window.windowMs) sample = this.#advance(now, window)
    sample.value = this.add(sample.value, value)
    sample.events++
    sample.lastMs = now
  }

  measure(now: number, window: SampleWindow): number {
    this.purge(now, window)
    return this.combine(this.#samples)
  }

  /** Forgets the samples that got nothing within the window. */
  purge(now: number, { windowMs, samples }: SampleWindow): void {
    for (const sample of this.#samples)
      if (now - sample.lastMs >= windowMs * samples) reset(sample, this.#initial, now)
  }

  /** When the oldest sample began, ms. */
  oldestStart(now: number): number {
    this.#sampleAt(now)
    return this.#samples.reduce((oldest, { startMs }) => Math.min(oldest, startMs), Number.POSITIVE_INFINITY)
  }

  protected abstract add(sum: number, value: number): number

  protected abstract combine(samples: readonly Sample[]): number

  #sampleAt(now: number): Sample {
    const sample = this.#samples[this.#current]
    if (sample) return sample
    const first = newSample(this.#initial, now)
    this.#samples.push(first)
    return first
  }

  #advance(now: number, { samples }: SampleWindow): Sample {
    this.#current = (this.#current + 1) % (samples + 1)
    const reused = this.#samples[this.#current]
    if (!reused) return this.#sampleAt(now)
    reset(reused, this.#initial, now)
    return reused
  }
}

/** Of all samples. */
export function events(samples: readonly Sample[]): number {
  return samples.reduce((sum, sample) => sum + sample.events, 0)
}

function newSample(value: number, now: number): Sample {
  return { value, events: 0, startMs: now, lastMs: now }
}

function reset(sample: Sample, initial: number, now: number): void {
  sample.value = initial
  sample.events = 0
  sample.startMs = now
  sample.lastMs = now
}
