import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { utf8Text } from '../../../src/core/bytes.ts'
import { systemClock } from '../../../src/core/time/clock.ts'
import { openLmdbStore } from '../../../src/store/lmdb-store.ts'
import { SafeWorker } from '../../../src/thread/safe-worker.ts'
import { Random } from '../../crash/random.ts'

// node build/test/integration/threads/lmdb-terminations.js ROUNDS SEED
// A program of its own: what it is about ends the process, or keeps it from ending.
const [rounds = 30, seed = 1] = process.argv.slice(2).map(Number)
const rowsPerSpace = 200
const directory = mkdtempSync(join(tmpdir(), 'millrace-lmdb-'))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
const random = new Random(seed)
for (let round = 1; round <= rounds; round++) {
  const file = new URL('./lmdb-user.js', import.meta.url)
  const worker = new SafeWorker(file, 'lmdb user', { directory }, systemClock)
  // Some are met while they load.
  if (random.chance(0.8)) await once(worker, 'message')
  await sleep(random.next() * 20)
  await worker.terminate()
  const numbers = await numbersLeft()
  if (numbers.size > 1) throw new Error(`round ${round}: rows of several writes: ${[...numbers].join()}`)
}
console.log(`${rounds} workers terminated`)

/** The numbers that all rows have: those of one write, if it is written all or not at all. */
async function numbersLeft(): Promise<ReadonlySet<string>> {
  const store = openLmdbStore(directory, { mapSizeBytes: 2 ** 28 })
  const numbers = new Set<string>()
  for (const space of ['first', 'second']) {
    const found = [...store.range(space)]
    if (found.length !== 0 && found.length !== rowsPerSpace) numbers.add(`only ${found.length} rows`)
    for (const [, value] of found) numbers.add(utf8Text(value))
  }
  await store.close()
  return numbers
}
