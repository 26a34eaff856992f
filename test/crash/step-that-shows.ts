import { type CrashRun, taskCount } from './crash-run.ts'
import type { Mutation } from './mutations.ts'
import { freezeWorker } from './scenario/freeze.ts'
import { kill, type Moment } from './scenario/kill-step.ts'

/** What makes the mutation harmful: one need not wait for chance. */
export function stepThatShows(mutation: Mutation, run: CrashRun): Promise<string> {
  const killAt = (moment: Moment): Promise<string> =>
    kill(run, run.anyWorker(), { moment, both: true, late: false })
  switch (mutation) {
    case 'outputs-after-end':
    case 'changelogs-after-end':
    case 'offsets-after-end':
    case 'no-end':
      return killAt('EndTxn answered')
    case 'outputs-outside-transaction':
      return killAt('outputs acknowledged')
    case 'partitions-not-added':
    case 'checkpoint-before-end':
    case 'rows-not-written':
    case 'checkpoint-ahead-of-rows':
      return killAt('checkpoint written')
    case 'offsets-without-generation':
      return wakeZombie(run)
    case 'skip-abort':
      return freezeWorker(run, run.anyWorker(), { during: 'records', until: 'takeover' })
  }
}

/**
 * It is frozen just before it sends its offsets: it has looked whether the group still knows it, and the generation alone
 * tells the broker that it does not. The other has its tasks by then, and where they begin.
 */
async function wakeZombie(run: CrashRun): Promise<string> {
  const worker = run.anyWorker()
  const other = run.otherThan(worker)
  worker.doom('AddOffsetsToTxn answered', 'stop')
  await other.until('it has all tasks', () => other.assigned.length === taskCount)
  const { restorations } = other
  await other.until('it has opened them', () => other.restorations > restorations)
  worker.resume()
  await worker.until('it is a member again', () => worker.assigned.length < taskCount && worker.aborts > 0)
  return `woke ${worker.name} before its offsets`
}
