import type { Topic } from '../../../src/dsl/topic.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { tumbling } from '../../../src/dsl/windows.ts'
import { field } from '../../../src/expr/build.ts'
import { windowKey } from '../../../src/expr/window-key.ts'
import { json } from '../../../src/serde/json.ts'
import { bytes, long, string } from '../../../src/serde/scalars.ts'
import { timeWindowed } from '../../../src/serde/windowed.ts'

export interface Click {
  readonly userId: string
  readonly url: string
  /** Seconds since the epoch. */
  readonly timestamp: number
}

export const clicks = topic('user-clicks', {
  key: string,
  value: json<Click>(),
  timestamp: field('timestamp').seconds(),
})
/** The same topic for what is no click. */
export const rawClicks: Topic<string, Uint8Array> = topic('user-clicks', { key: string, value: bytes })
export const counts = topic('counts', { key: string, value: long })
export const windowedCounts = topic('counts', { key: timeWindowed(string, '5m'), value: long })

const windows = tumbling('5m', { grace: '1m' })
const store = { name: 'counts-store', changelog: 'each', caching: false } as const
const clickKey = windowKey('{key}@{start:HH:mm:ss}')

/** The main job, with every change in the changelog. */
export const windowed = topology(import.meta.url, (b) => {
  const table = b.stream(clicks).groupByKey().windowedBy(windows).count({ store })
  table.toStream().selectKey(clickKey).to(counts)
  return { counts: table }
})

export const filtered = topology(import.meta.url, (b) => {
  const home = b.stream(clicks).filter(field('url').eq('/home'))
  const table = home.groupByKey().windowedBy(windows).count({ store })
  table.toStream().selectKey(clickKey).to(counts)
  return { counts: table }
})

export const mapped = topology(import.meta.url, (b) => {
  const urls = b.stream(clicks).mapValues((click) => (click ? click.url : 'none'))
  const table = urls.groupByKey().windowedBy(windows).count({ store })
  table.toStream().selectKey(clickKey).to(counts)
  return { counts: table }
})

export const windowedKeys = topology(import.meta.url, (b) => {
  const table = b.stream(clicks).groupByKey().windowedBy(windows).count({ store })
  table.toStream().to(windowedCounts)
  return { counts: table }
})

export const unwindowed = topology(import.meta.url, (b) => {
  const table = b.stream(clicks).groupByKey().count({ store })
  table.toStream().to(counts)
  return { counts: table }
})

/** Clicks per page: the key changes, so the clicks go through `app-counts-store-repartition`. */
export const repartitioned = topology(import.meta.url, (b) => {
  const byUrl = b.stream(clicks).selectKey(field('url'), { key: string })
  const table = byUrl.groupByKey({ value: json<Click>() }).windowedBy(windows).count({ store })
  table.toStream().selectKey(clickKey).to(counts)
  return { counts: table }
})

export const changelog = { name: 'app-counts-store-changelog' }
export const repartition = topic('app-counts-store-repartition', { key: string, value: json<Click>() })

export const noon = Date.UTC(2024, 0, 5, 12)

/** A click at so many seconds after 12:00:00. */
export function click(userId: string, second: number, url = '/home'): { key: string; value: Click } {
  return { key: userId, value: { userId, url, timestamp: noon / 1000 + second } }
}
