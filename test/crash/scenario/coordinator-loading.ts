import { addOffsetsToTxn } from '../../../src/protocol/api/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../../../src/protocol/api/add-partitions-to-txn.ts'
import { endTxn } from '../../../src/protocol/api/end-txn.ts'
import { heartbeat } from '../../../src/protocol/api/heartbeat.ts'
import { initProducerId } from '../../../src/protocol/api/init-producer-id.ts'
import { syncGroup } from '../../../src/protocol/api/sync-group.ts'
import { txnOffsetCommit } from '../../../src/protocol/api/txn-offset-commit.ts'
import { kafkaError } from '../../../src/protocol/error-codes.ts'
import type { FaultProxy } from '../../broker/fault-proxy.ts'
import type { ArmedAnswer } from '../../broker/proxy-link.ts'
import { until } from '../until.ts'
import type { Scenario } from './scenario.ts'

const codes = ['COORDINATOR_LOAD_IN_PROGRESS', 'NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE'] as const

export const coordinatorLoading: Scenario = {
  name: 'coordinator-loading',
  about: 'the coordinators of group and transactions say that they are loading or elsewhere',
  async round(run) {
    const worker = run.anyWorker()
    const code = run.deal('coordinator error', codes)
    const asked = answersInPlace(run.proxyOf(worker), kafkaError[code], run.random.int(1, 3))
    // InitProducerId and SyncGroup are asked for by a worker that comes back.
    await run.kill(worker)
    worker.start()
    await until(
      () =>
        `every API was answered ${code}; left: ${asked.map(({ api, left }) => `${api.name} ${left}`).join(', ')}`,
      () => asked.every(({ left }) => left === 0),
      60_000,
    )
    return `answered ${code} to ${worker.name}, ${asked.map(({ api }) => api.name).join(', ')}`
  },
}

function answersInPlace(proxy: FaultProxy, errorCode: number, times: number): readonly ArmedAnswer[] {
  const throttleTimeMs = 0
  const plain = { throttleTimeMs, errorCode }
  return [
    proxy.answer(initProducerId, times, () => ({ ...plain, producerId: -1, producerEpoch: -1 })),
    proxy.answer(addPartitionsToTxn, times, ({ topics }) => ({
      throttleTimeMs,
      results: topics.map(({ name, partitions }) => ({
        name,
        results: partitions.map((partitionIndex) => ({ partitionIndex, errorCode })),
      })),
    })),
    proxy.answer(addOffsetsToTxn, times, () => plain),
    proxy.answer(txnOffsetCommit, times, ({ topics }) => ({
      throttleTimeMs,
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
      })),
    })),
    proxy.answer(endTxn, times, () => plain),
    proxy.answer(heartbeat, times, () => plain),
    proxy.answer(syncGroup, times, () => ({
      ...plain,
      protocolType: null,
      protocolName: null,
      assignment: new Uint8Array(),
    })),
  ]
}
