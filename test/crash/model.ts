export interface WindowRule {
  readonly sizeMs: number
  readonly graceMs: number
}

export interface WindowCount {
  readonly key: string
  readonly start: number
  readonly partition: number
  /** Time of the n-th update at index n-1: the latest event counted so far. As many as the count. */
  readonly updates: number[]
}

/**
 * What the job must do, as plainly as it can be said (Java's KStreamWindowAggregate): the records of each partition in
 * order of offset; stream time is the latest event time of the partition so far; a record whose window ended at least
 * `graceMs` before it is late.
 */
export class ClickModel {
  readonly #rule: WindowRule
  readonly #streamTimes = new Map<number, number>()
  readonly #windows = new Map<string, WindowCount>()
  late = 0
  counted = 0

  constructor(rule: WindowRule) {
    this.#rule = rule
  }

  /** The next record of a partition. @param time event time, ms. */
  add(partition: number, key: string, time: number): void {
    const { sizeMs, graceMs } = this.#rule
    const streamTime = Math.max(this.streamTime(partition), time)
    this.#streamTimes.set(partition, streamTime)
    const start = Math.floor(time / sizeMs) * sizeMs
    if (start + sizeMs <= streamTime - graceMs) {
      this.late++
      return
    }
    const window = this.#window(partition, key, start)
    window.updates.push(Math.max(time, window.updates.at(-1) ?? time))
    this.counted++
  }

  /** -1 before the first record. */
  streamTime(partition: number): number {
    return this.#streamTimes.get(partition) ?? -1
  }

  /** By output key. */
  get windows(): ReadonlyMap<string, WindowCount> {
    return this.#windows
  }

  #window(partition: number, key: string, start: number): WindowCount {
    const name = outputKey(key, start)
    const known = this.#windows.get(name)
    if (known) return known
    const window: WindowCount = { key, start, partition, updates: [] }
    this.#windows.set(name, window)
    return window
  }
}

/** `user1@2024-01-05 10:00:00`, in UTC. */
export function outputKey(key: string, start: number): string {
  return `${key}@${new Date(start).toISOString().slice(0, 19).replace('T', ' ')}`
}
