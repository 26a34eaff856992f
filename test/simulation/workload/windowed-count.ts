import { topic } from '../../../src/dsl/topic.ts'
import { tumbling } from '../../../src/dsl/windows.ts'
import { windowKey } from '../../../src/expr/window-key.ts'
import { json } from '../../../src/serde/json.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import { EventTime, graceMs, windowMs } from './event-time.ts'
import { byKey } from './logs.ts'
import { countedWindows, windowName } from './window-model.ts'
import { inputRecord, type Workload } from './workload.ts'

const clicks = topic('clicks', { key: string, value: json<{ readonly id: number }>() })
const counts = topic('click-counts', { key: string, value: long })

/** Clicks by user and window: the count that runs in the kernel. */
export function windowedCount(): Workload {
  const time = new EventTime()
  let id = 0
  return {
    inputs: [clicks.name],
    outputs: [counts.name],
    build(b, { caching, changelog }) {
      const table = b
        .stream(clicks)
        .groupByKey()
        .windowedBy(tumbling(windowMs, { grace: graceMs }))
        .count({ store: { name: 'clicks-store', caching, changelog } })
      table.toStream().selectKey(windowKey('{key}@{start:HH:mm:ss}')).to(counts)
      return { clicks: table }
    },
    next: (random) => inputRecord(clicks, `user${random.int(1, 6)}`, { id: id++ }, time.next(random)),
    judge(logs, { caching }) {
      const windows = countedWindows(logs.read(clicks))
      const emitted = byKey(logs.read(counts))
      const problems: string[] = []
      for (const window of windows) {
        const { updates } = window
        const name = windowName(window)
        const found = (emitted.get(name) ?? []).map(({ value, timestamp }) => `${value}@${timestamp}`)
        emitted.delete(name)
        const all = updates.map((updated, i) => `${i + 1}@${updated}`)
        // The cache lets go of the last update of each commit.
        const due = caching ? all.filter((one, i) => found.includes(one) || i === all.length - 1) : all
        if (found.join() !== due.join())
          problems.push(`${name}: ${due.join(' ')} due, found ${found.join(' ')}`)
      }
      for (const name of emitted.keys()) problems.push(`${name}: nothing due`)
      return {
        problems,
        results: windows.length,
        stores: windows.map(({ key, start, updates, old }) => ({
          table: 'clicks',
          key,
          windowStart: start,
          value: updates.length,
          mayBeGone: old,
        })),
      }
    },
  }
}
