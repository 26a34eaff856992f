import { readdirSync } from 'node:fs'
import { topicPartitionName } from '../../../src/core/topic-partition.ts'
import { Reader } from '../../../src/protocol/reader.ts'
import { decodeBatches } from '../../../src/protocol/record-batch/decode.ts'
import { readPartitionLog } from './partition-log.ts'

/** A transaction whose end the coordinator has decided, as its log says. */
export interface EndedTransaction {
  readonly transactionalId: string
  readonly producerId: number
  readonly committed: boolean
  /** When that was decided, ms since the epoch: its markers come later. */
  readonly at: number
  /** Where its markers are due. */
  readonly partitions: readonly string[]
}

const topic = '__transaction_state'
/** Of Kafka's TransactionState. */
const prepareCommit = 2
const prepareAbort = 3

/** All that are in the logs of the transaction coordinators, oldest first. */
export function endedTransactions(dataFolder: string): EndedTransaction[] {
  const logs = readdirSync(dataFolder).filter((name) => name.startsWith(`${topic}-`))
  return logs
    .flatMap((name) => readPartitionLog(dataFolder, topic, Number(name.slice(topic.length + 1))))
    .flatMap(({ bytes }) => decodeBatches(bytes))
    .flatMap(({ key, value }) => (key && value ? (ended(key, value) ?? []) : []))
    .sort((a, b) => a.at - b.at)
}

/** Kafka's TransactionLogKey and TransactionLogValue (version 1 is flexible). */
function ended(key: Uint8Array, value: Uint8Array): EndedTransaction | undefined {
  const named = new Reader(key, 'TransactionLogKey')
  named.int16()
  const transactionalId = named.utf8(named.int16())
  const reader = new Reader(value, 'TransactionLogValue')
  const flexible = reader.int16() >= 1
  const producerId = reader.int64()
  reader.int16() // its epoch
  reader.int32() // its timeout
  const status = reader.int8()
  if (status !== prepareCommit && status !== prepareAbort) return undefined
  const partitions = flexible ? compactPartitions(reader) : plainPartitions(reader)
  return { transactionalId, producerId, committed: status === prepareCommit, partitions, at: reader.int64() }
}

function compactPartitions(reader: Reader): string[] {
  return repeat(reader.varint() - 1, () => {
    const name = reader.utf8(reader.varint() - 1)
    const its = repeat(reader.varint() - 1, () => topicPartitionName(name, reader.int32()))
    if (reader.varint() !== 0) throw reader.malformed('tags that nobody knows')
    return its
  }).flat()
}

function plainPartitions(reader: Reader): string[] {
  return repeat(reader.int32(), () => {
    const name = reader.utf8(reader.int16())
    return repeat(reader.int32(), () => topicPartitionName(name, reader.int32()))
  }).flat()
}

function repeat<T>(count: number, read: () => T): T[] {
  return Array.from({ length: Math.max(0, count) }, read)
}
