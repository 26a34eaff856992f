import type { Scenario } from './scenario.ts'

const hourMs = 3_600_000
const jumps = [hourMs, -hourMs, 72 * hourMs, -72 * hourMs]

export const clockJump: Scenario = {
  name: 'clock-jump',
  about:
    "a worker's wall clock jumps forwards or back, by an hour or days, and back again; sometimes it is killed meanwhile",
  // A checkpoint may then be too old, or of the future.
  mayLoseState: true,
  // Threads in workers have the machine's clock.
  setting: { workers: { threads: 1 } },
  async round(run) {
    const worker = run.anyWorker()
    const aheadMs = run.deal('jump', jumps)
    worker.setClock(aheadMs)
    await worker.progress(2)
    const killed = run.random.chance(0.5)
    if (killed) {
      await run.kill(worker)
      worker.start({ clockAhead: aheadMs })
      await worker.progress(2)
    }
    worker.setClock(0)
    await worker.progress(1)
    return `the clock of ${worker.name} jumped by ${aheadMs / hourMs} h and back${killed ? ', with a kill between' : ''}`
  },
}
