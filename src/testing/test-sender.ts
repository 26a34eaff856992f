import { StreamsError } from '../core/errors.ts'
import type { Headers } from '../core/record.ts'
import type { RecordSender } from '../operator/context.ts'
import { partitionFor } from '../protocol/partitioner.ts'
import type { Produced } from './produced.ts'

/** Takes what one task of a test driver writes. */
export class TestSender implements RecordSender {
  readonly partitionsOf: (topic: string) => number
  readonly #produced: Produced
  readonly #partition: number

  constructor(produced: Produced, partition: number, partitionsOf: (topic: string) => number) {
    this.#produced = produced
    this.#partition = partition
    this.partitionsOf = partitionsOf
  }

  send(
    topic: string,
    chosen: number | undefined,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers,
  ): void {
    const partition = chosen ?? this.#usual(topic, key)
    this.#check(topic, partition)
    const partitionChosen = chosen !== undefined
    this.#produced.add({ topic, partition, partitionChosen, key, value, timestamp, headers })
  }

  /** Of a store's changelog, which has a partition for each task. */
  log(topic: string, key: Uint8Array, value: Uint8Array | null, timestamp: number, headers: Headers): void {
    const partition = this.#partition
    this.#produced.add({ topic, partition, partitionChosen: false, key, value, timestamp, headers })
  }

  #usual(topic: string, key: Uint8Array | null): number {
    const partitions = this.partitionsOf(topic)
    return key ? partitionFor(key, partitions) : this.#partition % partitions
  }

  /** With one partition, whatever was chosen is shown as it is, as in Java's driver. */
  #check(topic: string, partition: number): void {
    const partitions = this.partitionsOf(topic)
    if (partitions === 1 || (partition >= 0 && partition < partitions)) return
    throw new StreamsError('processing', `topic '${topic}' has ${partitions} partitions, and no ${partition}`)
  }
}
