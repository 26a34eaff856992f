import type { CrashRun } from '../crash-run.ts'
import type { WorkerProcess } from '../worker-process.ts'
import type { Scenario } from './scenario.ts'

/** The least that the option takes. */
const mapBytes = 2 ** 20
/** Of the notes of some orders, which come to more in a few seconds. */
const noteBytes = 2000

export const mapFull: Scenario = {
  name: 'map-full',
  about:
    'the state of a task does not fit into stateMapSize: its worker ends and says so, and goes on when that is larger',
  async round(run) {
    const worker = run.anyWorker()
    await run.kill(worker)
    worker.start({ stateMapSize: mapBytes })
    run.feeder.noteBytes = noteBytes
    const said = await failureOf(run, worker)
    run.feeder.noteBytes = 0
    worker.start()
    return `the map of ${worker.name} was full: ${said}`
  },
}

async function failureOf(run: CrashRun, worker: WorkerProcess): Promise<string> {
  const { code, message } = await worker.failure(120_000)
  const names = ['task ', 'stores ', `map of ${mapBytes} bytes`, worker.stateDir]
  if (code === 'state-full' && names.every((name) => message.includes(name))) return message
  throw new Error(`a worker with a full map says ${code}: ${message} (${run.tally.checkpoints} checkpoints)`)
}
