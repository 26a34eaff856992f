import { Avg } from '../metrics/avg.ts'
import { Count } from '../metrics/count.ts'
import { Max } from '../metrics/max.ts'
import { Min } from '../metrics/min.ts'
import { Rate } from '../metrics/rate.ts'
import { Ratio } from '../metrics/ratio.ts'
import type { MetricScope, Tell } from '../metrics/registry.ts'
import type { Sensor } from '../metrics/sensor.ts'
import type { Stat } from '../metrics/stat.ts'
import { Total } from '../metrics/total.ts'
import { WindowedCount } from '../metrics/windowed-count.ts'
import type { CacheSpace, TaskCache } from '../store/record-cache.ts'
import type { FetchedInput } from './fetched-input.ts'
import { meteredStore } from './metered-store.ts'
import type { Processor } from './processor.ts'
import type { TaskBuilderParts } from './task-builder.ts'
import type { ThreadMeters } from './thread-meters.ts'

const group = 'stream-task-metrics'
const nodeGroup = 'stream-processor-node-metrics'
const endToEnd = 'record-e2e-latency'

interface Source {
  readonly input: FetchedInput
  readonly endToEnd: Sensor
  readonly process: Sensor
  /** Records of the input that were told. */
  told: number
}

interface Cache {
  readonly space: CacheSpace
  readonly hitRatio: Sensor
}

/** What a task measures of itself (Java's TaskMetrics and, of its sources, ProcessorNodeMetrics). */
export class TaskMeters {
  /** It is a copy of a task that runs elsewhere. */
  readonly standby: boolean
  readonly #scope: MetricScope
  readonly #thread: ThreadMeters
  readonly #processing: Sensor
  readonly #process: Sensor
  readonly #latency: Sensor
  readonly #punctuations: Sensor
  readonly #dropped: Sensor
  readonly #restored: Sensor
  #sources: readonly Source[] = []
  #caches: readonly Cache[] = []
  #closed = false

  constructor(thread: ThreadMeters, task: string, role: 'active' | 'standby') {
    const scope = thread.registry.scope({ 'thread-id': thread.name, 'task-id': task })
    this.standby = role === 'standby'
    this.#scope = scope
    this.#thread = thread
    this.#processing = scope.sensor(group, { 'active-process-ratio': new Ratio(thread.processing) })
    this.#process = scope.sensor(group, summed('process'))
    this.#latency = scope.sensor(group, spread('process-latency'))
    this.#punctuations = scope.sensor(group, {
      ...spread('punctuate-latency'),
      'punctuate-rate': new Rate(new WindowedCount()),
      'punctuate-total': new Count(),
    })
    this.#dropped = scope.sensor(group, summed('dropped-records'))
    this.#restored = scope.sensor(group, summed(this.standby ? 'update' : 'restore'))
    thread.taskOpened()
  }

  /** For the task's builder: has calls of its stores measured, if the recording level asks for it. */
  get ofStores(): Pick<TaskBuilderParts, 'metered'> {
    const { registry } = this.#thread
    if (!registry.records('stream-state-metrics', 'put-rate')) return {}
    return { metered: (typed, spec) => meteredStore(typed, spec, this.#scope, registry.clock) }
  }

  /** The inputs, whose records are counted by their source nodes. */
  follow(inputs: readonly FetchedInput[]): void {
    this.#sources = inputs.map((input) => {
      const tags = { 'processor-node-id': input.source ?? '' }
      const latencies = { ...spread(endToEnd), [`${endToEnd}-min`]: new Min() }
      return {
        input,
        endToEnd: this.#scope.sensor(nodeGroup, latencies, tags),
        process: this.#scope.sensor(nodeGroup, summed('process'), tags),
        told: input.records,
      }
    })
  }

  /** Its parts of the record cache. */
  followCache({ spaces }: TaskCache): void {
    const caches = spaces.map((space) => ({ space, hitRatio: this.#hitRatio(space.store) }))
    this.#caches = caches.filter(({ hitRatio }) => hitRatio.recorded)
  }

  /** Has figures read when somebody looks. */
  read(reader: (tell: Tell) => void): void {
    this.#scope.read(reader)
  }

  /** A stretch was processed that began at `start`. */
  processed(records: number, start: number, processor: Processor): void {
    const { clock } = this.#thread.registry
    const now = clock.monotonic()
    const ms = now - start
    this.#thread.processed(records, ms, now)
    this.#processing.record(ms, now)
    this.#process.record(records, now)
    if (records > 0) this.#latency.record(ms / records, now)
    for (const { space, hitRatio } of this.#caches)
      if (space.hitRatio >= 0) hitRatio.record(space.hitRatio, now)
    for (const source of this.#sources) {
      const { input, told } = source
      if (input.records === told) continue
      source.told = input.records
      source.process.record(input.records - told, now)
      const newest = processor.partitionTime(input)
      if (newest >= 0) source.endToEnd.record(clock.now() - newest, now)
    }
  }

  punctuated(start: number): void {
    const now = this.#thread.registry.clock.monotonic()
    this.#thread.punctuated(now - start, now)
    this.#punctuations.record(now - start, now)
  }

  dropped(records: number): void {
    this.#dropped.record(records, this.#thread.registry.clock.monotonic())
  }

  /** Records of a changelog were applied. */
  restored(records: number): void {
    this.#restored.record(records, this.#thread.registry.clock.monotonic())
  }

  #hitRatio(store: string): Sensor {
    const stats = { ...spread('hit-ratio'), 'hit-ratio-min': new Min() }
    return this.#scope.sensor('stream-record-cache-metrics', stats, { 'record-cache-id': store })
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#scope.close()
    this.#thread.taskClosed()
  }
}

function summed(name: string): Record<string, Stat> {
  return { [`${name}-rate`]: new Rate(), [`${name}-total`]: new Total() }
}

function spread(name: string): Record<string, Stat> {
  return { [`${name}-avg`]: new Avg(), [`${name}-max`]: new Max() }
}
