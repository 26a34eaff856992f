import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { repositoryRoot } from '../broker/repository-root.ts'
import { mutationNames } from './mutations.ts'

const program = join(repositoryRoot, 'build/test/crash/run.js')

async function crash(...args: string[]): Promise<{ readonly exitCode: number; readonly output: string }> {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build:programs makes it`)
  const child = spawn(process.execPath, ['--enable-source-maps', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { exitCode: exitCode as number, output }
}

// It restarts the broker, so it needs one of its own.
describe.skipIf(process.env['KAFKA_BROKERS'])('npm run crash', { timeout: 180_000 }, () => {
  test('finds every result exactly once after kills, a pause and a restart of the broker', async () => {
    const { exitCode, output } = await crash('--rounds', '3', '--seed', '1')
    expect(output).toContain('every result is there exactly once')
    expect(output).toMatch(/broker restarts +1\n/)
    expect(exitCode).toBe(0)
  })

  test.each(mutationNames)('finds out %s', async (mutation) => {
    const { exitCode, output } = await crash('--rounds', '2', '--seed', '1', '--mutation', mutation)
    expect(output).toMatch(/RED\n- \d+ results (lost|duplicated|unexpected)/)
    expect(exitCode).toBe(1)
  })
})
