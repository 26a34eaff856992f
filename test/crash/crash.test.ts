import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { repositoryRoot } from '../broker/repository-root.ts'
import { mutationNames } from './mutations.ts'
import { scenarios } from './scenario/scenarios.ts'

const program = join(repositoryRoot, 'build/test/crash/run.js')

async function crash(...args: string[]): Promise<{ readonly exitCode: number; readonly output: string }> {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build:programs makes it`)
  const child = spawn(process.execPath, ['--enable-source-maps', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { exitCode: exitCode as number, output }
}

/** Every scenario and mutation, for twenty minutes and more; otherwise a few that meet each step of the commit. */
const long = process.env['CRASH_LONG'] !== undefined
const played = long
  ? scenarios.filter(({ onlyByName }) => !onlyByName).map(({ name }) => name)
  : ['kill-step', 'freeze', 'lost-response', 'thread-dies']
const mutations: readonly string[] = long
  ? mutationNames
  : ['offsets-without-generation', 'checkpoint-before-end']

// It restarts the broker, so it needs one of its own.
describe.skipIf(process.env['KAFKA_BROKERS'])('npm run crash', { timeout: 400_000 }, () => {
  // Of seed 3, which found a standby that stopped for ever.
  test('finds every result exactly once after a round of each scenario', async () => {
    const { exitCode, output } = await crash(
      ...['--scenario', played.join(','), '--rounds', '1', '--seed', '3'],
    )
    expect(output).toContain('every result is there exactly once')
    for (const name of played) expect(output).toMatch(new RegExp(`^${name} +\\d`, 'm'))
    expect(exitCode).toBe(0)
  })

  test.each(mutations)('finds out %s', async (mutation) => {
    // Each round strikes where the mutation shows. It hides if tasks come back to the other worker: hardly four times.
    const { exitCode, output } = await crash(
      ...['--scenario', 'kill-step', '--rounds', '4', '--seed', '1', '--mutation', mutation],
    )
    expect(output).toMatch(/RED\n(- .*\n)*- (\S+: \d+ results |Error: not within \d+ s: all of )/)
    expect(exitCode).toBe(1)
  })
})
