import type { StreamsBuilder } from '../../src/dsl/builder.ts'
import type { KTable } from '../../src/dsl/table.ts'
import { topic } from '../../src/dsl/topic.ts'
import { topology } from '../../src/dsl/topology.ts'
import { tumbling } from '../../src/dsl/windows.ts'
import { field } from '../../src/expr/build.ts'
import { windowKey } from '../../src/expr/window-key.ts'
import { json } from '../../src/serde/json.ts'
import { long, string } from '../../src/serde/scalars.ts'
import type { Windowed } from '../../src/serde/windowed.ts'
import type { Click } from './clicks.ts'

export const applicationId = 'crash'
export const partitions = 4
export const windowMs = 5 * 60_000
export const graceMs = 60_000
/** Longer than needed, so that many windows can be queried at the end, yet some expire in a long run. */
export const retentionMs = 60 * 60_000

export const userClicks = topic('user-clicks', {
  key: string,
  value: json<Click>(),
  timestamp: field('timestamp').seconds(),
})
export const aggregatedClicks = topic('aggregated-clicks', { key: string, value: long })

/** The main job of the README; its output keys carry the date, so that each window has its own. */
export function countClicks(b: StreamsBuilder): KTable<Windowed<string>, number> {
  const counts = b
    .stream(userClicks)
    .groupByKey()
    .windowedBy(tumbling(windowMs, { grace: graceMs }))
    .count({ store: { name: 'counts-store', caching: false, retention: retentionMs } })
  counts.toStream().selectKey(windowKey('{key}@{start:yyyy-MM-dd HH:mm:ss}')).to(aggregatedClicks)
  return counts
}

export const clickCount = topology(import.meta.url, (b) => ({ counts: countClicks(b) }))
