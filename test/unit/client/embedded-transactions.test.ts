import { describe, expect, test } from 'vitest'
import { EmbeddedCluster } from '../../../src/client/embedded/cluster.ts'
import type { Link, LinkRequest } from '../../../src/client/embedded/link.ts'
import { TransactionCoordinator } from '../../../src/client/embedded/transaction-coordinator.ts'
import { Hooks } from '../../../src/core/hooks.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { encodeBatch } from '../../../src/protocol/record-batch/encode.ts'

const partition = { topic: 't', partition: 0 }
const markers = { endInPartition: () => {}, endInGroup: () => {} }

function refusal(kafkaError: string): unknown {
  return expect.objectContaining({ details: expect.objectContaining({ kafkaError }) })
}

describe('transaction coordinator', () => {
  test('an EndTxn that comes again is answered as the first; another one is refused', () => {
    const coordinator = new TransactionCoordinator(markers)
    const producer = { transactionalId: 'tx', ...coordinator.initProducer('tx', 1000) }
    coordinator.addPartition(producer, partition, 0)
    coordinator.end(producer, true)
    coordinator.end(producer, true)
    coordinator.addPartition(producer, partition, 0)
    coordinator.end(producer, false)
    coordinator.end(producer, false)
    expect(() => coordinator.end(producer, true)).toThrow(refusal('INVALID_TXN_STATE'))
  })

  test('what the transaction does not cover may not be written to', () => {
    const coordinator = new TransactionCoordinator(markers)
    const producer = { transactionalId: 'tx', ...coordinator.initProducer('tx', 1000) }
    coordinator.addGroup(producer, 'g', 0)
    coordinator.checkGroup(producer, 'g')
    expect(() => coordinator.checkPartition(producer, partition)).toThrow(refusal('INVALID_TXN_STATE'))
    coordinator.addPartition(producer, partition, 0)
    coordinator.checkPartition(producer, partition)
    coordinator.end(producer, true)
    expect(() => coordinator.checkPartition(producer, partition)).toThrow(refusal('INVALID_TXN_STATE'))
    expect(() => coordinator.checkGroup(producer, 'g')).toThrow(refusal('INVALID_TXN_STATE'))
  })

  test('while markers are late the producer waits, and its transaction is as good as committed', () => {
    const late: (() => void)[] = []
    const ended: unknown[] = []
    const coordinator = new TransactionCoordinator(
      {
        endInPartition: (_, { producerEpoch }, committed) => ended.push([producerEpoch, committed]),
        endInGroup: () => {},
      },
      (write) => late.push(write),
    )
    const producer = { transactionalId: 'tx', ...coordinator.initProducer('tx', 1000) }
    coordinator.addPartition(producer, partition, 0)
    expect(coordinator.isCommitting(producer.producerId)).toBe(false)
    coordinator.end(producer, true)
    expect(coordinator.isCommitting(producer.producerId)).toBe(true)
    const busy = refusal('CONCURRENT_TRANSACTIONS')
    expect(() => coordinator.addPartition(producer, partition, 0)).toThrow(busy)
    expect(() => coordinator.end(producer, true)).toThrow(busy)
    expect(() => coordinator.initProducer('tx', 1000)).toThrow(busy)
    for (const write of late.splice(0)) write()
    expect(coordinator.isCommitting(producer.producerId)).toBe(false)
    coordinator.end(producer, true)
    coordinator.addPartition(producer, partition, 0)
    // The successor is answered when the predecessor's transaction has been aborted.
    expect(() => coordinator.initProducer('tx', 1000)).toThrow(busy)
    expect(coordinator.isCommitting(producer.producerId)).toBe(false)
    for (const write of late.splice(0)) write()
    expect(coordinator.initProducer('tx', 1000).producerEpoch).toBeGreaterThan(producer.producerEpoch + 1)
    expect(ended).toEqual([
      [0, true],
      [1, false],
    ])
  })
})

describe('the link of a client', () => {
  function linked(link: Link) {
    const clock = new ManualClock()
    const cluster = new EmbeddedCluster({ clock })
    cluster.topics.create({ name: 't', partitions: 1, replicationFactor: 1, configs: {} })
    return {
      cluster,
      client: cluster.createClient({ clock, logger: silentLogger, hooks: new Hooks() }, link),
    }
  }

  test('carries every request of a transaction', async () => {
    const seen: LinkRequest[] = []
    const { client } = linked({
      carry: async (request, handle) => {
        seen.push(request)
        return handle()
      },
    })
    const producer = client.producer({ transactionalId: 'tx', transactionTimeoutMs: 1000 })
    await producer.init()
    const { producerId, producerEpoch } = producer
    for (let i = 0; i < 2; i++) {
      const sequence = producer.reserve('t', 0, 1)
      const stamp = { producerId, producerEpoch, sequence, transactional: true }
      producer.send('t', 0, encodeBatch([{ timestamp: 0, key: null, value: null }], stamp))
    }
    const group = { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null }
    await producer.flush()
    await producer.sendOffsets([{ ...partition, offset: 1, metadata: '' }], group)
    await producer.commit()
    expect(seen).toEqual([
      { api: 'InitProducerId' },
      { api: 'AddPartitionsToTxn', topic: 't' },
      { api: 'Produce', topic: 't' },
      { api: 'Produce', topic: 't' },
      { api: 'AddOffsetsToTxn' },
      { api: 'TxnOffsetCommit' },
      { api: 'EndTxn', committed: true },
    ])
  })

  test('may bring a request twice: nothing is written twice', async () => {
    const { client, cluster } = linked({
      carry: async (_, handle) => {
        await handle()
        return handle()
      },
    })
    const producer = client.producer({ transactionalId: 'tx', transactionTimeoutMs: 1000 })
    await producer.init()
    const { producerId, producerEpoch } = producer
    const stamp = { producerId, producerEpoch, sequence: producer.reserve('t', 0, 1), transactional: true }
    producer.send('t', 0, encodeBatch([{ timestamp: 0, key: null, value: null }], stamp))
    await producer.commit()
    // One record and one marker.
    expect(cluster.topics.log('t', 0)).toMatchObject({ highWatermark: 2, lastStableOffset: 2 })
  })
})
