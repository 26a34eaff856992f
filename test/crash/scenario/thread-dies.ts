import { fatefulSteps } from '../fate.ts'
import type { Scenario } from './scenario.ts'

export const threadDies: Scenario = {
  name: 'thread-dies',
  about:
    'at a step of its commit, one of two stream threads (worker threads) dies of an error that nobody caught',
  // Four members on a busy machine; one that dies leaves the group, nobody waits for its session to end.
  setting: { workers: { threads: 2, replaceThreads: true, sessionTimeout: 10_000 } },
  async round(run) {
    const worker = run.anyWorker()
    const at = run.deal('step', fatefulSteps)
    const failures = worker.threadFailures
    worker.doom(at, 'throw')
    await worker.until(`a thread has died at '${at}'`, () => worker.threadFailures > failures)
    return `a thread of ${worker.name} died (${at})`
  },
}
