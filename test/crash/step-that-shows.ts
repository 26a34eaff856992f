import type { CrashRun } from './crash-run.ts'
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
    case 'checkpoint-before-end':
    case 'checkpoint-ahead-of-rows':
      return killAt('checkpoint written')
    case 'offsets-without-generation':
    case 'skip-abort':
      return freezeWorker(run, run.anyWorker(), { during: 'records', until: 'takeover' })
  }
}
