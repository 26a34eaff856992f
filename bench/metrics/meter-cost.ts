import type { RecordingLevel } from '../../src/core/metrics-options.ts'
import { resolveOptions } from '../../src/core/options.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import type { BatchReader } from '../../src/kernel/kernel.ts'
import { MetricRegistry } from '../../src/metrics/registry.ts'
import { FetchedInput } from '../../src/task/fetched-input.ts'
import type { Processor } from '../../src/task/processor.ts'
import { TaskMeters } from '../../src/task/task-meters.ts'
import { ThreadMeters } from '../../src/task/thread-meters.ts'
import { median } from '../benchmark.ts'

const turns = 200_000
const rounds = 7

/** What a turn of the loop in which one task takes one stretch spends on metrics, ns. Nothing else runs, no broker. */
export function meterCost(level: RecordingLevel): number {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) times.push(measure(level))
  return median(times.slice(1))
}

function measure(metricsRecordingLevel: RecordingLevel): number {
  const options = resolveOptions({ applicationId: 'bench', metricsRecordingLevel })
  const thread = new ThreadMeters(new MetricRegistry(systemClock, options), 'thread')
  const task = new TaskMeters(thread, '0_0', 'active')
  const partition = { topic: 'clicks', partition: 0 }
  const reader = undefined as unknown as BatchReader
  const input = new FetchedInput({
    partition,
    source: 'source',
    internal: false,
    reader,
    position: 0,
    end: 0,
  })
  task.follow([input])
  const processor = { partitionTime: () => 1 } as unknown as Processor
  // Of the processor, not of the clock: others may use the machine meanwhile.
  const start = process.cpuUsage()
  for (let i = 0; i < turns; i++) {
    thread.polled(systemClock.monotonic(), [])
    const begin = systemClock.monotonic()
    input.taken(i, 16_384)
    task.processed(16_384, begin, processor)
    thread.turned(false)
  }
  const { user, system } = process.cpuUsage(start)
  return ((user + system) * 1000) / turns
}
