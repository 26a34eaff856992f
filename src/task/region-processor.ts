import { StreamsError } from '../core/errors.ts'
import type { DropReason } from '../core/hooks.ts'
import type { BadRecord, Kernel, RegionCounters, RegionKernel } from '../kernel/kernel.ts'
import { Region, regionOf } from '../region/region.ts'
import type { RegionStore } from '../region/region-store.ts'
import type { ErrorHandlers } from './error-handlers.ts'
import type { FetchedInput } from './fetched-input.ts'
import type { Processor } from './processor.ts'
import type { RecordCollector } from './record-collector.ts'

export interface RegionProcessorOptions {
  readonly kernel: Kernel
  readonly store: RegionStore
  readonly collector: RecordCollector
  readonly input: FetchedInput
  /** Names of the nodes under which dropped records are filed. */
  readonly source: string
  readonly aggregate: string
  /** Event time comes from the value; then negative ones are left out, else they are an error, as in Java. */
  readonly extractsTime: boolean
  /** The aggregate follows stream time, filed under its name. */
  readonly windowed: boolean
  readonly operatorTimes: ReadonlyMap<string, number>
  readonly partitionTime: number
  readonly handlers: ErrorHandlers
  dropped(node: string, reason: DropReason, count: number): void
}

/** Long enough to amortize calls into the kernel, short of a slice of processing time. */
const stretchRecords = 16_384

/** Which counter, why, and at which node, as when the records are taken one at a time. */
const dropReasons = [
  ['nullKeys', 'null-key', 'aggregate'],
  ['nullValues', 'null-value', 'aggregate'],
  ['late', 'late', 'aggregate'],
  ['negativeTimestamps', 'negative-timestamp', 'source'],
] as const satisfies readonly (readonly [keyof RegionCounters, DropReason, 'source' | 'aggregate'])[]

/** Runs a subtopology that was lowered to a region. */
export class RegionProcessor implements Processor {
  readonly #options: RegionProcessorOptions
  readonly #region: Region
  readonly #kernel: RegionKernel
  #reported: RegionCounters
  readonly nextPunctuation = undefined
  readonly commitRequested = false

  constructor(options: RegionProcessorOptions) {
    this.#options = options
    this.#kernel = regionOf(options.kernel)
    this.#kernel.streamTime = options.operatorTimes.get(options.aggregate) ?? -1
    this.#reported = this.#kernel.counters
    this.#region = new Region(options.kernel, options.store, {
      bad: (record) => this.#meetHandler(record),
      full: (writer) => options.collector.close(writer),
    })
  }

  init(): void {}

  added(): void {}

  get pending(): boolean {
    return this.#options.input.pending
  }

  ready(): boolean {
    return this.pending
  }

  process(): number {
    const { input } = this.#options
    if (!input.load()) return 0
    const records = this.#region.process(stretchRecords)
    input.taken(records > 0 ? input.reader.offset(records - 1) + 1 : undefined, records)
    this.#reportDropped()
    return records
  }

  get counters(): RegionCounters {
    return this.#kernel.counters
  }

  position(input: FetchedInput): number {
    return input.position
  }

  partitionTime(): number {
    return Math.max(this.#options.partitionTime, this.#kernel.partitionTime)
  }

  /** What has punctuations is not lowered. */
  punctuate(): boolean {
    return false
  }

  flush(): void {
    this.#region.flush()
  }

  committed(): void {
    this.#region.committed()
  }

  operatorTimes(): ReadonlyMap<string, number> {
    const { windowed, aggregate } = this.#options
    return new Map(windowed ? [[aggregate, this.#kernel.streamTime]] : [])
  }

  close(): void {}

  #meetHandler({ index, reason }: BadRecord): void {
    const { input, handlers, source: node } = this.#options
    const { reader, partition } = input
    const raw = {
      ...partition,
      offset: reader.offset(index),
      key: reader.key(index),
      value: reader.value(index),
      timestamp: reader.timestamp(index),
      headers: reader.headers(index),
    }
    const problem = `${node}: the ${reason} cannot be read`
    handlers.unreadable(
      raw,
      node,
      new StreamsError('deserialization', problem, { details: { node, reason } }),
    )
  }

  /** One event per reason and stretch: the fast path counts, it does not call. */
  #reportDropped(): void {
    const counters = this.#kernel.counters
    const { dropped, source, extractsTime } = this.#options
    for (const [counter, reason, node] of dropReasons) {
      const count = counters[counter] - this.#reported[counter]
      if (count > 0 && reason === 'negative-timestamp' && !extractsTime) throw negativeTimestamp(source)
      if (count > 0) dropped(this.#options[node], reason, count)
    }
    this.#reported = counters
  }
}

function negativeTimestamp(node: string): StreamsError {
  const problem = `${node}: a record has a negative timestamp; see invalidTimestamp of its topic`
  return new StreamsError('processing', problem, { details: { node } })
}
