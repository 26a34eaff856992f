import { addOffsetsToTxn } from '../../../src/protocol/api/add-offsets-to-txn.ts'
import { endTxn } from '../../../src/protocol/api/end-txn.ts'
import { produce } from '../../../src/protocol/api/produce.ts'
import { txnOffsetCommit } from '../../../src/protocol/api/txn-offset-commit.ts'
import type { FaultProxy } from '../../broker/fault-proxy.ts'
import type { Scenario } from './scenario.ts'

/** Loses the next good response; resolves when it has. */
const losses: Readonly<Record<string, (proxy: FaultProxy) => Promise<void>>> = {
  Produce: (proxy) =>
    proxy.loseResponse(produce, ({ topics }) =>
      topics.every(({ partitions }) => partitions.every(({ errorCode }) => errorCode === 0)),
    ),
  AddOffsetsToTxn: (proxy) => proxy.loseResponse(addOffsetsToTxn, ({ errorCode }) => errorCode === 0),
  TxnOffsetCommit: (proxy) =>
    proxy.loseResponse(txnOffsetCommit, ({ topics }) =>
      topics.every(({ partitions }) => partitions.every(({ errorCode }) => errorCode === 0)),
    ),
  EndTxn: (proxy) => proxy.loseResponse(endTxn, ({ errorCode }) => errorCode === 0),
}

export const lostResponse: Scenario = {
  name: 'lost-response',
  about:
    'the broker does what it is asked, and its good answer to Produce, AddOffsetsToTxn, TxnOffsetCommit or EndTxn never arrives',
  async round(run) {
    const api = run.deal('lost response', Object.keys(losses))
    const workers = run.random.chance(0.3) ? run.workers : [run.anyWorker()]
    const times = run.random.int(1, 3)
    for (let i = 0; i < times; i++)
      await Promise.all(
        workers.map(async (worker) => {
          let lost = false
          const losing = losses[api]!(run.proxyOf(worker)).then(() => {
            lost = true
          })
          // Whoever waits for the loss is told if the worker dies or does nothing.
          while (!lost) await Promise.race([losing, worker.progress(1)])
        }),
      )
    return `lost ${times} responses to ${api} of ${workers.map(({ name }) => name).join(' and ')}`
  },
}
