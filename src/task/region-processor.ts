import type { DropReason } from '../core/hooks.ts'
import type { DeserializationHandler } from '../core/options.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import type { BadRecord, Kernel, RegionCounters, RegionKernel } from '../kernel/kernel.ts'
import { Region, regionOf } from '../region/region.ts'
import type { RegionStore } from '../region/region-store.ts'
import { meetHandler } from './bad-input.ts'
import type { Processor } from './processor.ts'
import type { RecordCollector } from './record-collector.ts'

export interface RegionProcessorOptions {
  readonly kernel: Kernel
  readonly store: RegionStore
  readonly collector: RecordCollector
  readonly input: TopicPartition
  /** Names of the nodes under which dropped records are filed. */
  readonly source: string
  readonly aggregate: string
  /** The aggregate follows stream time, filed under its name. */
  readonly windowed: boolean
  readonly operatorTimes: ReadonlyMap<string, number>
  readonly partitionTime: number
  readonly handler: DeserializationHandler
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
  #skipped = 0
  nextOffset = 0

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

  get partitionTime(): number {
    return Math.max(this.#options.partitionTime, this.#kernel.partitionTime)
  }

  process(): number {
    const records = this.#region.process(stretchRecords)
    if (records > 0) this.nextOffset = this.#options.kernel.reader.offset(records - 1) + 1
    this.#reportDropped()
    return records
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

  #meetHandler({ index, reason }: BadRecord): void {
    const { kernel, input, handler } = this.#options
    const { reader } = kernel
    meetHandler(handler, {
      ...input,
      offset: reader.offset(index),
      part: reason,
      key: reader.key(index)?.slice() ?? null,
      value: reader.value(index)?.slice() ?? null,
    })
    this.#skipped++
  }

  /** One event per reason and stretch: the fast path counts, it does not call. */
  #reportDropped(): void {
    const counters = this.#kernel.counters
    const { dropped, source } = this.#options
    for (const [counter, reason, node] of dropReasons) {
      const count = counters[counter] - this.#reported[counter]
      if (count > 0) dropped(this.#options[node], reason, count)
    }
    this.#reported = counters
    if (this.#skipped > 0) dropped(source, 'deserialization', this.#skipped)
    this.#skipped = 0
  }
}
