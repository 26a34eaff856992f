import type { Headers } from '../core/record.ts'
import type { RecordOrigin, RecordSender } from '../operator/context.ts'
import { partitionFor } from '../protocol/partitioner.ts'
import type { RecordCollector } from './record-collector.ts'

/** Sends what operators write through the task's collector. */
export class CollectorSender implements RecordSender {
  readonly partitionsOf: (topic: string) => number
  readonly #collector: RecordCollector
  readonly #partition: number

  /** @param partition of the task: where records without a key stay, which keeps their order. */
  constructor(collector: RecordCollector, partition: number, partitionsOf: (topic: string) => number) {
    this.#collector = collector
    this.#partition = partition
    this.partitionsOf = partitionsOf
  }

  send(
    topic: string,
    partition: number | undefined,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers,
    origin: RecordOrigin | undefined,
  ): void {
    const to = partition ?? this.#usual(topic, key)
    this.#collector.send(topic, to, key, value, timestamp, headers, origin)
  }

  #usual(topic: string, key: Uint8Array | null): number {
    const partitions = this.partitionsOf(topic)
    return key ? partitionFor(key, partitions) : this.#partition % partitions
  }
}
