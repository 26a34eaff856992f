import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { repositoryRoot } from '../broker/repository-root.ts'

/** Programs of their own: they measure their process, or may end it. */
async function run(program: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const path = join(repositoryRoot, 'build/test/integration/threads', program)
  const child = spawn(process.execPath, ['--expose-gc', '--enable-source-maps', path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { code: code as number | null, output }
}

test('workers are terminated amid calls of LMDB: no harm to the process, and no half-written rows', async () => {
  expect(await run('lmdb-terminations.js', '100', '1')).toEqual({
    code: 0,
    output: '100 workers terminated\n',
  })
})

interface MemoryUse {
  readonly moves: number
  readonly rssMiB: number
  readonly externalMiB: number
  readonly environments: number
}

test('memory and LMDB environments return when tasks leave a thread, 100 times', async () => {
  const { code, output } = await run('task-moves.js', '--moves', '100')
  expect(code).toBe(0)
  const uses = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as MemoryUse)
  const during = uses.slice(0, -1)
  expect(during.length).toBeGreaterThan(10)
  expect(during.at(-1)?.moves).toBeGreaterThanOrEqual(100)
  expect(new Set(during.map(({ environments }) => environments))).toEqual(new Set([4]))
  expect(uses.at(-1)?.environments).toBe(0)
  // A kernel has two MiB at least: what a hundred leave behind is ten times what the garbage collector may be late with.
  const [, early] = during
  for (const { externalMiB, rssMiB } of uses.slice(2)) {
    expect(externalMiB).toBeLessThan(early!.externalMiB + 100)
    expect(rssMiB).toBeLessThan(early!.rssMiB + 100)
  }
})
