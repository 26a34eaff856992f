import type { CrashRun } from '../crash-run.ts'
import type { Scenario } from './scenario.ts'

/** More come than workers take meanwhile. */
const most = 5

export const poison: Scenario = {
  name: 'poison',
  about: 'bytes among the input that no serde reads: each comes to the dead letter topic, once',
  async round(run) {
    run.feeder.poisons = run.random.int(1, most)
    await sent(run)
    return 'bytes that nobody can read'
  },
}

export const tooLarge: Scenario = {
  name: 'too-large',
  about: "results that the topic's max.message.bytes does not allow: they alone are left out",
  async round(run) {
    run.feeder.largeOrders = run.random.int(1, most)
    await sent(run)
    return 'results that are too large'
  },
}

/** A kill sometimes meets them on their way. */
async function sent(run: CrashRun): Promise<void> {
  while (run.feeder.poisons > 0 || run.feeder.largeOrders > 0) await run.rest(10, 30)
  if (run.random.chance(0.5)) {
    const worker = run.anyWorker()
    await run.rest(0, 200)
    await run.kill(worker)
    worker.start()
  } else await Promise.all(run.workers.map((worker) => worker.progress(3)))
}
