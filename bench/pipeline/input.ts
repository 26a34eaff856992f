import type { Client } from '../../src/client/client.ts'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import { createWasmKernel } from '../../src/kernel/load.ts'
import { partitionFor } from '../../src/protocol/partitioner.ts'
import { inputTopic, outputTopic } from './windowed-count.ts'

export interface InputShape {
  readonly records: number
  readonly keys: number
  readonly partitions: number
  /** Five-minute windows that the event times span. */
  readonly windows: number
}

const firstMs = Date.UTC(2024, 0, 5, 10)

export function benchClient(brokers: readonly string[]): Client {
  return createKafkaClient(
    { brokers, clientId: 'bench' },
    { clock: systemClock, logger: silentLogger, hooks: new Hooks() },
  )
}

/** Creates the topics anew and fills the input: time goes forward evenly, users are drawn by a fixed generator. */
export async function produceInput(client: Client, shape: InputShape): Promise<void> {
  const configs = { 'retention.ms': '-1' }
  await client.createTopics(
    [inputTopic, outputTopic].map((name) => ({
      name,
      partitions: shape.partitions,
      replicationFactor: 1,
      configs,
    })),
  )
  const inputs = Array.from({ length: shape.partitions }, (_, partition) => ({
    topic: inputTopic,
    partition,
  }))
  const ends = await client.listOffsets(inputs, 'latest', 'read_uncommitted')
  if (ends.some(({ offset }) => offset > 0))
    throw new Error(`topic ${inputTopic} holds records already: delete it, so that the result can be checked`)
  const producer = client.producer({ transactionTimeoutMs: 60_000 })
  await producer.init()
  const { writers } = createWasmKernel()
  const open = Array.from({ length: shape.partitions }, () => writers.open(256 * 1024))
  const send = async (partition: number): Promise<void> => {
    const writer = open[partition]!
    const records = writers.records(writer)
    if (records === 0) return
    const { producerId, producerEpoch } = producer
    const sequence = producer.reserve(inputTopic, partition, records)
    const batch = writers.close(writer, { producerId, producerEpoch, sequence, transactional: false })
    const buffer = producer.buffer(batch.length)
    buffer.set(batch)
    producer.send(inputTopic, partition, buffer)
    if (producer.pendingBytes > 16 * 2 ** 20) await producer.drain(8 * 2 ** 20)
  }
  const users = Array.from({ length: shape.keys }, (_, i) => {
    const name = `user${String(i).padStart(8, '0')}`
    const key = Buffer.from(name)
    return { name, key, partition: partitionFor(key, shape.partitions) }
  })
  const spanMs = shape.windows * 300_000
  let state = 0x2545f491
  for (let i = 0; i < shape.records; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    const { name, key, partition } = users[(state >>> 0) % shape.keys]!
    const seconds = Math.floor((firstMs + (i / shape.records) * spanMs) / 1000)
    const value = Buffer.from(`{"userId":"${name}","url":"/products/${i % 1000}","timestamp":${seconds}}`)
    if (writers.append(open[partition]!, seconds * 1000, key, value)) continue
    await send(partition)
    writers.append(open[partition]!, seconds * 1000, key, value)
  }
  for (let partition = 0; partition < shape.partitions; partition++) await send(partition)
  await producer.flush()
  await producer.close()
}
