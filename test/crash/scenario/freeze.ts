import { setTimeout as sleep } from 'node:timers/promises'
import { type CrashRun, taskCount } from '../crash-run.ts'
import type { TransactionState } from '../transaction-flag.ts'
import { until } from '../until.ts'
import type { WorkerProcess } from '../worker-process.ts'
import type { Scenario } from './scenario.ts'

const moments = ['rebalance', 'input', 'records', 'offsets'] as const

export const freeze: Scenario = {
  name: 'freeze',
  about: 'SIGSTOP past the session, and SIGCONT when the other worker has its tasks',
  round: (run) =>
    freezeWorker(run, run.anyWorker(), {
      during: run.deal('frozen while', moments),
      until: run.random.chance(0.5) ? 'takeover' : 'progress',
    }),
}

export interface Freeze {
  /** What it is doing then: reading input, sending records of a transaction, committing, or joining the group. */
  readonly during: (typeof moments)[number]
  /** It wakes when the other was given its tasks, or only when the other has gone on with them. */
  readonly until: 'takeover' | 'progress'
}

/** Back again, it must not commit what it did. */
export async function freezeWorker(
  run: CrashRun,
  worker: WorkerProcess,
  { during, until: wakes }: Freeze,
): Promise<string> {
  const other = run.otherThan(worker)
  if (during === 'rebalance') await freezeInRebalance(run, worker, other)
  else await freezeIn(run, worker, during === 'input' ? 'none' : during)
  run.tally.pauses++
  await other.until('it has all tasks', () => other.assigned.length === taskCount)
  if (wakes === 'progress') {
    await other.until('it runs all tasks', () => other.ownsAll)
    await other.progress(3)
  }
  const { rebalances, aborts } = worker
  worker.resume()
  await worker.until('it is a member again', () => worker.rebalances > rebalances)
  const outcome = worker.aborts > aborts ? 'its commit was refused' : 'it found out before a commit'
  return `froze ${worker.name} past its session (${during}, until ${wakes}): ${outcome}`
}

/** Stops a worker while its transaction is in a state. */
export async function freezeIn(
  run: CrashRun,
  worker: WorkerProcess,
  transaction: TransactionState,
): Promise<void> {
  await until(`its transaction: ${transaction}`, async () => {
    worker.pause()
    await sleep(5)
    if (worker.transaction === transaction) return true
    worker.resume()
    await run.rest(0, 20)
    return false
  })
}

/** The group waits for the other, which is gone; when that is given up, this one does not answer. */
async function freezeInRebalance(run: CrashRun, worker: WorkerProcess, other: WorkerProcess): Promise<void> {
  await run.kill(other)
  other.start()
  const { rebalances } = worker
  await worker.until('it joins the group anew', () => !worker.running || worker.rebalances > rebalances)
  await run.rest(20, 200)
  worker.pause()
}
