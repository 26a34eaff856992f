import type { Producer } from '../../src/client/client.ts'
import { partitionFor } from '../../src/protocol/partitioner.ts'
import { encodeBatch, type RecordToEncode } from '../../src/protocol/record-batch/encode.ts'

export interface KeyedRecord extends RecordToEncode {
  readonly key: Uint8Array
}

export interface SendOptions {
  readonly partitions: number
  readonly transactional?: boolean
}

/** Sends records to the partitions of their keys; one batch each. */
export function sendRecords(
  producer: Producer,
  topic: string,
  records: readonly KeyedRecord[],
  { partitions, transactional = false }: SendOptions,
): void {
  for (let partition = 0; partition < partitions; partition++) {
    const here = records.filter(({ key }) => partitionFor(key, partitions) === partition)
    if (here.length > 0) sendBatch(producer, topic, partition, here, transactional)
  }
}

export function sendBatch(
  producer: Producer,
  topic: string,
  partition: number,
  records: readonly RecordToEncode[],
  transactional: boolean,
): void {
  const batch = encodeBatch(records, {
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    sequence: producer.reserve(topic, partition, records.length),
    transactional,
  })
  const buffer = producer.buffer(batch.length)
  buffer.set(batch)
  producer.send(topic, partition, buffer)
}
