import { untilWindowCloses } from '../../../src/dsl/suppressed.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { tumbling } from '../../../src/dsl/windows.ts'
import { windowKey } from '../../../src/expr/window-key.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import { EventTime, graceMs, windowMs } from './event-time.ts'
import { byKey } from './logs.ts'
import { countedWindows, windowName } from './window-model.ts'
import { inputRecord, type Workload } from './workload.ts'

const readings = topic('readings', { key: string, value: string })
const totals = topic('closed-readings', { key: string, value: long })

/** A windowed count whose results wait until their windows close: each comes out once. */
export function closedWindows(): Workload {
  const time = new EventTime()
  let id = 0
  return {
    inputs: [readings.name],
    outputs: [totals.name],
    build(b, { caching, changelog }) {
      const table = b
        .stream(readings)
        .groupByKey()
        .windowedBy(tumbling(windowMs, { grace: graceMs }))
        .count({ store: { name: 'readings-store', caching, changelog } })
      table.suppress(untilWindowCloses()).toStream().selectKey(windowKey('{key}@{start:HH:mm:ss}')).to(totals)
      return { readings: table }
    },
    next: (random) => inputRecord(readings, `device${random.int(1, 6)}`, `${id++}`, time.next(random)),
    judge(logs) {
      const windows = countedWindows(logs.read(readings))
      const emitted = byKey(logs.read(totals))
      const problems: string[] = []
      for (const window of windows) {
        const name = windowName(window)
        const found = (emitted.get(name) ?? []).map(({ value }) => value)
        emitted.delete(name)
        const due = window.closed ? [`${window.updates.length}`] : []
        if (found.join() !== due.join())
          problems.push(`${name}: ${due.join() || 'nothing'} due, found ${found.join(' ') || 'nothing'}`)
      }
      for (const name of emitted.keys()) problems.push(`${name}: nothing due`)
      return {
        problems,
        results: windows.length,
        stores: windows.map(({ key, start, updates, old }) => ({
          table: 'readings',
          key,
          windowStart: start,
          value: updates.length,
          mayBeGone: old,
        })),
      }
    },
  }
}
