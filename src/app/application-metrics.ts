import type { Hooks } from '../core/hooks.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Topology } from '../dsl/topology.ts'
import type { Metric } from '../metrics/metric.ts'
import { prometheusText } from '../metrics/prometheus.ts'
import { MetricRegistry, type Tell } from '../metrics/registry.ts'
import type { StreamThreadHandle, ThreadState } from '../thread/stream-thread-handle.ts'
import { DiskWatch } from './disk-watch.ts'
import type { AppState } from './state.ts'
import { version } from './version.ts'

export interface ApplicationMetricsParts {
  readonly topology: Topology
  readonly options: ResolvedOptions
  readonly clock: Clock
  readonly hooks: Hooks
  state(): AppState
  threads(): readonly StreamThreadHandle[]
}

const clientGroup = 'stream-metrics'
const threadGroup = 'stream-thread-metrics'
const ours = 'millrace-metrics'
/** A thread that does not answer within this is left out: a function of the topology may block it. Ms. */
const answerMs = 5000

/** The ordinals of Java's KafkaStreams.State, StreamThread.State and RecordingLevel. */
const appStates: readonly AppState[] = [
  'CREATED',
  'REBALANCING',
  'RUNNING',
  'PENDING_SHUTDOWN',
  'NOT_RUNNING',
  'PENDING_ERROR',
  'ERROR',
]
const threadStates: Readonly<Record<ThreadState, number>> = {
  created: 0,
  rebalancing: 2,
  running: 4,
  stopping: 5,
  ended: 6,
}
const levels = { off: -1, info: 0, debug: 1, trace: 2 } as const

/** The metrics of an application: its own (Java's ClientMetrics), and those of its threads, asked of them each time. */
export class ApplicationMetrics {
  readonly #parts: ApplicationMetricsParts
  readonly #registry: MetricRegistry
  readonly #disk: DiskWatch
  #failedThreads = 0

  constructor(parts: ApplicationMetricsParts) {
    const { options, clock, hooks } = parts
    this.#parts = parts
    this.#disk = new DiskWatch({ directory: options.stateDir, clock, logger: options.logger })
    this.#registry = new MetricRegistry(clock, options)
    this.#registry.scope({ 'client-id': options.applicationId }).read((tell) => this.#tellApplication(tell))
    this.#registry.scope({}).read((tell) => this.#tellThreads(tell))
    hooks.on('threadFailed', () => {
      this.#failedThreads++
    })
  }

  /** The state directory exists: its disk is watched. */
  start(): void {
    this.#disk.start()
  }

  stop(): void {
    this.#disk.stop()
  }

  async all(): Promise<readonly Metric[]> {
    const ofThreads = await Promise.all(this.#parts.threads().map((thread) => this.#ask(thread)))
    return [...this.#registry.snapshot(), ...ofThreads.flat()]
  }

  async prometheus(): Promise<string> {
    return prometheusText(await this.all())
  }

  #ask(thread: StreamThreadHandle): Promise<readonly Metric[]> {
    const { clock, options } = this.#parts
    return new Promise((resolve) => {
      const without = (why: unknown): void => {
        options.logger.debug({ thread: thread.name, why }, 'a thread did not tell its metrics')
        resolve([])
      }
      const cancel = clock.after(answerMs, () => without(`no answer within ${answerMs} ms`))
      thread.metrics().then(resolve, without).finally(cancel)
    })
  }

  #tellApplication(tell: Tell): void {
    const { topology, options, state, threads } = this.#parts
    tell(clientGroup, 'version', version())
    tell(clientGroup, 'application-id', options.applicationId)
    tell(clientGroup, 'topology-description', topology.describe())
    tell(clientGroup, 'state', state())
    tell(clientGroup, 'client-state', appStates.indexOf(state()))
    tell(clientGroup, 'alive-stream-threads', threads().filter(isAlive).length)
    tell(clientGroup, 'failed-stream-threads', this.#failedThreads)
    tell(clientGroup, 'recording-level', levels[options.metricsRecordingLevel])
    tell(ours, 'memory-limit-bytes', options.stateMemory, { owner: 'state' })
    tell(ours, 'memory-limit-bytes', options.cacheMaxBytes, { owner: 'record-cache' })
    const { use } = this.#disk
    if (!use) return
    tell(ours, 'state-disk-bytes', use.totalBytes)
    tell(ours, 'state-disk-used-bytes', use.usedBytes)
    tell(ours, 'state-disk-used-ratio', use.ratio)
  }

  #tellThreads(tell: Tell): void {
    for (const { name, state } of this.#parts.threads()) {
      tell(threadGroup, 'state', state, { 'thread-id': name })
      tell(threadGroup, 'thread-state', threadStates[state], { 'thread-id': name })
    }
  }
}

function isAlive({ state }: StreamThreadHandle): boolean {
  return state === 'running' || state === 'rebalancing'
}
