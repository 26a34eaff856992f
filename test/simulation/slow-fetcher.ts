import type { Fetched, Fetcher, FetcherOptions } from '../../src/client/client.ts'
import type { OffsetReset } from '../../src/core/offset-reset.ts'
import { type TopicPartition, topicPartitionName } from '../../src/core/topic-partition.ts'
import type { Random } from '../crash/random.ts'
import type { Life } from './life.ts'
import type { Nemesis } from './nemesis.ts'
import type { Scheduler } from './scheduler.ts'
import type { Step } from './steps.ts'

export interface SlowFetcherParts {
  readonly life: Life
  readonly nemesis: Nemesis
  readonly scheduler: Scheduler
  readonly random: Random
  readonly options: FetcherOptions
}

interface Held {
  readonly stretch: Fetched
  /** Virtual ms. */
  readonly due: number
}

const holdChance = 0.1
const longestHoldMs = 300

/** Hands out some stretches later than others that were behind them, each partition's in order. */
export class SlowFetcher implements Fetcher {
  readonly #inner: Fetcher
  readonly #parts: SlowFetcherParts
  readonly #step: Step
  readonly #paused = new Set<string>()
  #held: Held[] = []

  constructor(inner: Fetcher, parts: SlowFetcherParts) {
    this.#inner = inner
    this.#parts = parts
    // As the readers of changelogs ask for, and they alone.
    this.#step = parts.options.offsetReset === 'none' ? 'restore: fetch' : 'input: fetch'
  }

  add(partition: TopicPartition, offset: number, offsetReset?: OffsetReset): void {
    this.#forget(partition)
    this.#paused.delete(nameOf(partition))
    this.#inner.add(partition, offset, offsetReset)
  }

  remove(partition: TopicPartition): void {
    this.#forget(partition)
    this.#paused.delete(nameOf(partition))
    this.#inner.remove(partition)
  }

  pause(partition: TopicPartition): void {
    this.#paused.add(nameOf(partition))
    this.#inner.pause(partition)
  }

  resume(partition: TopicPartition): void {
    this.#paused.delete(nameOf(partition))
    this.#inner.resume(partition)
  }

  async poll(maxWaitMs: number): Promise<readonly Fetched[]> {
    const { life, nemesis, scheduler } = this.#parts
    await nemesis.meet(life, this.#step)
    const nextMs = Math.min(...this.#held.map(({ due }) => Math.max(0, due - scheduler.now)))
    for (const stretch of await this.#inner.poll(Math.min(maxWaitMs, nextMs))) this.#arrive(stretch)
    return this.#take()
  }

  wake(): void {
    this.#inner.wake()
  }

  close(): Promise<void> {
    for (const { stretch } of this.#held.splice(0)) stretch.release()
    return this.#inner.close()
  }

  #arrive(stretch: Fetched): void {
    const { random, scheduler } = this.#parts
    const before = this.#held.filter((held) => nameOf(held.stretch) === nameOf(stretch)).at(-1)
    const holdMs = random.chance(holdChance) ? random.int(1, longestHoldMs) : 0
    this.#held.push({ stretch, due: Math.max(before?.due ?? 0, scheduler.now + holdMs) })
  }

  #take(): readonly Fetched[] {
    const { now } = this.#parts.scheduler
    const ready = ({ stretch, due }: Held): boolean => due <= now && !this.#paused.has(nameOf(stretch))
    const taken = this.#held.filter(ready)
    this.#held = this.#held.filter((held) => !taken.includes(held))
    return taken.map(({ stretch }) => stretch)
  }

  #forget(partition: TopicPartition): void {
    const gone = this.#held.filter(({ stretch }) => nameOf(stretch) === nameOf(partition))
    this.#held = this.#held.filter((held) => !gone.includes(held))
    for (const { stretch } of gone) stretch.release()
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return topicPartitionName(topic, partition)
}
