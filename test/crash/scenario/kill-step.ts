import type { CrashRun } from '../crash-run.ts'
import { type FatefulStep, fatefulSteps } from '../fate.ts'
import { until } from '../until.ts'
import type { WorkerProcess } from '../worker-process.ts'
import type { Scenario } from './scenario.ts'

/** When a worker is killed. */
export type Moment =
  | 'any'
  /** While its producer has a transaction open. */
  | 'transaction'
  /** When it has just got its tasks back and restores them. */
  | 'restoring'
  /** While the group rebalances, because the other came back. */
  | 'rebalancing'
  | FatefulStep

const moments: readonly Moment[] = ['any', 'transaction', 'restoring', 'rebalancing', ...fatefulSteps]

export const killStep: Scenario = {
  name: 'kill-step',
  about: 'kill -9 after each step of a commit and its checkpoint, while restoring and while rebalancing',
  weight: 2,
  async round(run) {
    const { random } = run
    return kill(run, run.anyWorker(), {
      moment: run.deal('moment', moments),
      both: random.chance(0.2),
      late: random.chance(0.3),
    })
  },
}

export interface Kill {
  readonly moment: Moment
  /** The other one is killed too. */
  readonly both: boolean
  /** It comes back only when the other has taken over. */
  readonly late: boolean
}

export async function kill(
  run: CrashRun,
  worker: WorkerProcess,
  { moment, both, late }: Kill,
): Promise<string> {
  const other = run.otherThan(worker)
  const met = [await killAt(run, moment, worker, other)]
  if (both) met.push(await run.kill(other))
  if (late && !both) await other.until('it has taken over', () => other.ownsAll)
  for (const one of both ? [worker, other] : [worker]) one.start()
  const names = both ? 'both' : worker.name
  return `killed ${names} (${moment}${late ? ', back late' : ''}; transaction: ${met.join(', ')})`
}

/** Waits for the moment, or brings it about. @returns what the transaction was doing */
async function killAt(
  run: CrashRun,
  moment: Moment,
  worker: WorkerProcess,
  other: WorkerProcess,
): Promise<string> {
  switch (moment) {
    case 'any':
      await run.rest(0, 300)
      break
    case 'transaction':
      await until('its transaction is open', () => worker.transaction !== 'none')
      break
    case 'restoring':
      await run.kill(worker)
      worker.start()
      await worker.until('it has tasks again', () => worker.rebalances > 0)
      break
    case 'rebalancing': {
      await run.kill(other)
      const { rebalances } = worker
      other.start()
      await worker.until('it joins the group anew', () => !worker.running || worker.rebalances > rebalances)
      await run.rest(0, 300)
      break
    }
    default: {
      const transaction = await worker.dieAt(moment)
      run.tally.killed(transaction)
      return transaction
    }
  }
  return run.kill(worker)
}
