import { freezeIn } from './freeze.ts'
import type { Scenario } from './scenario.ts'

const transactionTimeoutMs = 1500
/** transaction.abort.timed.out.transaction.cleanup.interval.ms is 500. */
const overdueMs = 1500

export const transactionTimeout: Scenario = {
  name: 'transaction-timeout',
  about: 'a worker is frozen until the broker has given up its transaction, but is a member all the time',
  setting: { workers: { transactionTimeout: transactionTimeoutMs, sessionTimeout: 20_000 } },
  async round(run) {
    const worker = run.anyWorker()
    const during = run.deal('transaction', ['records', 'offsets'] as const)
    const { aborts } = worker
    await freezeIn(run, worker, during)
    run.tally.pauses++
    await run.rest(transactionTimeoutMs + overdueMs, transactionTimeoutMs + 2 * overdueMs)
    worker.resume()
    await worker.progress(1)
    const outcome =
      worker.aborts > aborts ? 'its commit was refused' : 'the broker had not heard of its transaction'
    return `froze ${worker.name} (${during}) past its transaction's timeout: ${outcome}`
  },
}
