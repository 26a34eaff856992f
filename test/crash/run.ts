import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CrashArguments, readArguments, usage } from './arguments.ts'
import { isVoid, reasons, scenarioTable, sessionTable } from './report.ts'
import { schedule } from './schedule.ts'
import { runSession, type SessionPlan, type SessionReport } from './session.ts'

/** Sessions that Kafka provably spoiled are begun anew, with another seed, so often. */
const attempts = 5

process.exitCode = await main()

async function main(): Promise<number> {
  const options = readArguments()
  if (!options) {
    console.error(usage)
    return 2
  }
  const started = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'millrace-crash-'))
  // Workers and broker are killed when this process exits, but not when a signal ends it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  process.once('exit', () => options.keep || rmSync(folder, { recursive: true, force: true }))
  const sessions: SessionReport[] = []
  const found: string[] = []
  for (const plan of schedule(options.scenarios, options.rounds, options.seed, options.mutation)) {
    const session = await play(plan, options, folder)
    sessions.push(session)
    const wrong = reasons(session)
    if (session.tally.skippedMarkers > 0)
      console.log(
        `Kafka dropped markers ${session.tally.skippedMarkers} times: ${session.blame?.missing.join('; ') || 'none is missing now'}`,
      )
    for (const reason of wrong) console.log(`- ${reason}`)
    found.push(...wrong)
  }
  console.log(`\n${scenarioTable(sessions)}\n\n${sessionTable(sessions)}\n`)
  if (options.keep) console.log(`states and logs: ${folder}`)
  const seconds = (performance.now() - started) / 1000
  console.log(`${sessions.flatMap(({ rounds }) => rounds).length} rounds in ${seconds.toFixed(0)} s`)
  if (found.length === 0) {
    console.log('every result is there exactly once')
    return 0
  }
  console.log(`RED\n${found.map((reason) => `- ${reason}`).join('\n')}`)
  return 1
}

async function play(
  plan: SessionPlan,
  { kernel, settings }: CrashArguments,
  folder: string,
): Promise<SessionReport> {
  for (let attempt = 0; ; attempt++) {
    const start = performance.now()
    const progress = (text: string): void =>
      console.log(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${text}`)
    const seed = plan.seed + attempt * 101
    console.log(`session of ${[...new Set(plan.rounds.map(({ name }) => name))].join(', ')}, seed ${seed}`)
    const session = await runSession(
      { ...plan, seed },
      { kernel, settings, progress, folder: join(folder, String(seed)) },
    )
    if (!isVoid(session) || attempt + 1 >= attempts) return session
    console.log(`begun anew, since Kafka dropped markers: ${reasons(session).join('\n- ')}`)
  }
}
