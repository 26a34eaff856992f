import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { removeObsoleteState } from '../../../src/store/obsolete-state.ts'
import { StateDirectory } from '../../../src/store/state-directory.ts'
import { ProcessTaskLocks } from '../../../src/store/task-locks.ts'

const now = Date.UTC(2026, 0, 1)

async function directoryWith(ages: Readonly<Record<string, number>>): Promise<StateDirectory> {
  const stateDir = mkdtempSync(join(tmpdir(), 'millrace-obsolete-'))
  const directory = await StateDirectory.open({ stateDir, applicationId: 'app' })
  onTestFinished(async () => {
    await directory[Symbol.asyncDispose]()
    rmSync(stateDir, { recursive: true, force: true })
  })
  for (const [name, ageMs] of Object.entries(ages)) {
    const path = join(directory.path, name)
    mkdirSync(path)
    writeFileSync(join(path, 'data.mdb'), 'rows')
    const written = (now - ageMs) / 1000
    utimesSync(join(path, 'data.mdb'), written, written)
    utimesSync(path, written - 3600, written - 3600)
  }
  return directory
}

function left({ path }: StateDirectory): readonly string[] {
  return readdirSync(path).filter((name) => /^\d/.test(name))
}

test('what was not written to for the delay goes, unless a thread has it', async () => {
  const directory = await directoryWith({
    '0_0': 600_000,
    '0_1': 599_999,
    '0_2': 600_000,
    '0_0.set-aside-1': 600_000,
    '0_3.set-aside-1': 1,
  })
  const locks = new ProcessTaskLocks()
  expect(locks.acquire({ subtopology: 0, partition: 2 }, 'thread')).toBe(true)
  const removed = removeObsoleteState(directory, locks, now, 600_000)
  expect([...removed].sort()).toEqual(['0_0', '0_0.set-aside-1'])
  expect(left(directory)).toEqual(['0_1', '0_2', '0_3.set-aside-1'])
  // The lock was held no longer than it took.
  expect(locks.acquire({ subtopology: 0, partition: 0 }, 'thread')).toBe(true)
})

test('other files of the directory stay', async () => {
  const directory = await directoryWith({ '0_0': 600_000 })
  removeObsoleteState(directory, new ProcessTaskLocks(), now, 0)
  expect(readdirSync(directory.path).sort()).toEqual(['.lock', 'kafka-streams-process-metadata'])
})
