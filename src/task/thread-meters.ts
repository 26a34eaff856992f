import type { Fetched } from '../client/client.ts'
import { Avg } from '../metrics/avg.ts'
import { Count } from '../metrics/count.ts'
import { Max } from '../metrics/max.ts'
import type { Metric } from '../metrics/metric.ts'
import { Rate } from '../metrics/rate.ts'
import { Ratio } from '../metrics/ratio.ts'
import type { MetricRegistry, MetricScope } from '../metrics/registry.ts'
import type { Sensor } from '../metrics/sensor.ts'
import type { Stat } from '../metrics/stat.ts'
import { Total } from '../metrics/total.ts'
import { WindowedCount } from '../metrics/windowed-count.ts'
import { WindowedSum } from '../metrics/windowed-sum.ts'

const group = 'stream-thread-metrics'

type ThreadSensor =
  | 'poll'
  | 'pollRecords'
  | 'process'
  | 'processLatency'
  | 'processRecords'
  | 'processRatio'
  | 'punctuate'
  | 'punctuateRatio'
  | 'commit'
  | 'created'
  | 'closed'

/**
 * What a stream thread measures of itself (Java's ThreadMetrics), and the registry of all that runs in it. Tasks count
 * per stretch of records into plain fields; sensors take them once per turn of the loop.
 */
export class ThreadMeters {
  readonly name: string
  readonly registry: MetricRegistry
  /** Time of the stretches processed, ms: what the ratios of tasks are parts of. */
  readonly processing: WindowedSum = new WindowedSum()
  readonly #scope: MetricScope
  readonly #loop = new WindowedSum()
  readonly #sensors: Readonly<Record<ThreadSensor, Sensor>>
  readonly #created: number
  #lastTurn: number
  #restoringSince: number | undefined
  #restoredMs = 0
  #blockedMs = 0
  // Since the last turn:
  #records = 0
  #processMs = 0
  #punctuateMs = 0

  constructor(registry: MetricRegistry, name: string) {
    const { clock } = registry
    this.name = name
    this.registry = registry
    this.#scope = registry.scope({ 'thread-id': name })
    this.#sensors = sensorsOf(this.#scope, this.#loop)
    this.#created = clock.now()
    this.#lastTurn = clock.monotonic()
    this.#scope.read((tell) => {
      tell(group, 'thread-start-time', this.#created)
      tell(group, 'blocked-time-ns-total', this.#blockedMs * 1e6)
      tell(group, 'restore-time-total', this.#restoreMs() / 1000)
    })
  }

  /** A poll ended that began at `start`. */
  polled(start: number, fetched: readonly Fetched[]): void {
    const offsets = fetched.reduce((sum, { offset, nextOffset }) => sum + nextOffset - offset, 0)
    const now = this.registry.clock.monotonic()
    this.#blockedMs += now - start
    this.#sensors.poll.record(now - start, now)
    if (offsets > 0) this.#sensors.pollRecords.record(offsets, now)
  }

  /** A task took a stretch. */
  processed(records: number, ms: number, now: number): void {
    this.#records += records
    this.#processMs += ms
    this.processing.record(ms, now, this.registry.window)
    this.#sensors.process.record(records, now)
  }

  punctuated(ms: number, now: number): void {
    this.#punctuateMs += ms
    this.#sensors.punctuate.record(ms, now)
  }

  /** A commit of something ended. */
  committed(ms: number): void {
    this.#blockedMs += ms
    const now = this.registry.clock.monotonic()
    this.#sensors.commit.record(ms, now)
  }

  taskOpened(): void {
    this.#sensors.created.record(1, this.registry.clock.monotonic())
  }

  taskClosed(): void {
    this.#sensors.closed.record(1, this.registry.clock.monotonic())
  }

  /** The loop has turned. @param restoring tasks that are to run are not complete. */
  turned(restoring: boolean): void {
    const now = this.registry.clock.monotonic()
    const { processLatency, processRecords, punctuateRatio, processRatio } = this.#sensors
    this.#loop.record(now - this.#lastTurn, now, this.registry.window)
    this.#lastTurn = now
    if (this.#records > 0) {
      processLatency.record(this.#processMs / this.#records, now)
      processRecords.record(this.#records, now)
      processRatio.record(this.#processMs, now)
    }
    if (this.#punctuateMs > 0) punctuateRatio.record(this.#punctuateMs, now)
    this.#records = 0
    this.#processMs = 0
    this.#punctuateMs = 0
    this.#follow(restoring, now)
  }

  snapshot(): readonly Metric[] {
    return this.registry.snapshot()
  }

  #follow(restoring: boolean, now: number): void {
    if (restoring) this.#restoringSince ??= now
    else if (this.#restoringSince !== undefined) {
      this.#restoredMs += now - this.#restoringSince
      this.#restoringSince = undefined
    }
  }

  #restoreMs(): number {
    const since = this.#restoringSince
    return this.#restoredMs + (since === undefined ? 0 : this.registry.clock.monotonic() - since)
  }
}

function sensorsOf(scope: MetricScope, loop: WindowedSum): Readonly<Record<ThreadSensor, Sensor>> {
  const events = (name: string): Record<string, Stat> => ({
    [`${name}-rate`]: new Rate(new WindowedCount()),
    [`${name}-total`]: new Count(),
  })
  const spread = (name: string): Record<string, Stat> => ({
    [`${name}-avg`]: new Avg(),
    [`${name}-max`]: new Max(),
  })
  const timed = (name: string): Record<string, Stat> => ({ ...spread(`${name}-latency`), ...events(name) })
  return {
    poll: scope.sensor(group, { ...timed('poll'), 'poll-ratio': new Ratio(loop) }),
    pollRecords: scope.sensor(group, spread('poll-records')),
    process: scope.sensor(group, { 'process-rate': new Rate(), 'process-total': new Total() }),
    processLatency: scope.sensor(group, spread('process-latency')),
    processRecords: scope.sensor(group, spread('process-records')),
    processRatio: scope.sensor(group, { 'process-ratio': new Ratio(loop) }),
    punctuate: scope.sensor(group, timed('punctuate')),
    punctuateRatio: scope.sensor(group, { 'punctuate-ratio': new Ratio(loop) }),
    commit: scope.sensor(group, { ...timed('commit'), 'commit-ratio': new Ratio(loop) }),
    created: scope.sensor(group, events('task-created')),
    closed: scope.sensor(group, events('task-closed')),
  }
}
