import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { WorkerProcess } from '../worker-process.ts'
import type { Scenario } from './scenario.ts'

/** Beyond what the largest file has, KiB. */
const roomKiB = 16

export const diskFull: Scenario = {
  name: 'disk-full',
  about:
    'no file of a worker may grow (RLIMIT_FSIZE): it ends with an error that names the task, its stores and their directory, and goes on later',
  async round(run) {
    const worker = run.anyWorker()
    const { checkpoints } = worker
    await worker.until('it has made checkpoints', () => worker.checkpoints > checkpoints)
    await run.kill(worker)
    worker.start({ fileKiB: Math.ceil(largestFile(worker) / 1024) + roomKiB })
    const { code, message } = await worker.failure()
    // A run of pages that goes beyond the limit is written in part, which is EIO (5) to LMDB: so is a disk that fails.
    const isFull = code === 'state-full' || (code === 'state-unwritable' && message.endsWith('status 5'))
    if (!isFull || !['task ', 'stores ', worker.stateDir].every((name) => message.includes(name)))
      throw new Error(`a worker on a full disk says ${code}: ${message}`)
    worker.start()
    return `the disk of ${worker.name} was full: ${message}`
  },
}

function largestFile(worker: WorkerProcess): number {
  const files = readdirSync(worker.stateDir, { recursive: true, withFileTypes: true })
  const sizes = files
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => statSync(join(parentPath, name)).size)
  return Math.max(0, ...sizes)
}
