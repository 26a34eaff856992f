import { graceMs, windowMs } from './event-time.ts'
import type { LogRecord } from './workload.ts'

export interface ModelWindow {
  readonly key: string
  readonly start: number
  /** Time of the n-th update at index n-1: as many as the count. */
  readonly updates: number[]
  /** Stream time has passed its end and the grace. */
  readonly closed: boolean
  /** It may have expired from the store. */
  readonly old: boolean
}

/**
 * A windowed count as plainly as it can be said (Java's KStreamWindowAggregate): the records of each partition in order;
 * stream time is the latest event time of the partition so far; a record whose window ended at least the grace before it
 * is late.
 */
export function countedWindows(records: readonly LogRecord<unknown>[]): readonly ModelWindow[] {
  const streamTimes = new Map<number, number>()
  const windows = new Map<string, { key: string; start: number; partition: number; updates: number[] }>()
  for (const { partition, key, timestamp } of records) {
    const streamTime = Math.max(streamTimes.get(partition) ?? -1, timestamp)
    streamTimes.set(partition, streamTime)
    const start = timestamp - (timestamp % windowMs)
    if (start + windowMs <= streamTime - graceMs) continue
    const name = `${key}@${start}`
    const window = windows.get(name) ?? { key, start, partition, updates: [] }
    windows.set(name, window)
    window.updates.push(Math.max(timestamp, window.updates.at(-1) ?? timestamp))
  }
  return [...windows.values()].map(({ partition, ...window }) => {
    const streamTime = streamTimes.get(partition) ?? -1
    return {
      ...window,
      closed: window.start + windowMs <= streamTime - graceMs,
      old: window.start + windowMs + graceMs <= streamTime,
    }
  })
}

/** `user@10:00:00`, in UTC. */
export function windowName({ key, start }: Pick<ModelWindow, 'key' | 'start'>): string {
  return `${key}@${new Date(start).toISOString().slice(11, 19)}`
}
