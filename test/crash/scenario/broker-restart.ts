import type { CrashRun } from '../crash-run.ts'
import type { Scenario } from './scenario.ts'

export const brokerRestart: Scenario = {
  name: 'broker-restart',
  about: 'SIGTERM of the broker, which comes back on the same data',
  round: (run) => restart(run, 'SIGTERM'),
}

/** Kafka may drop markers of transactions then: see `KafkaBroker.skippedMarkers`. */
export const brokerKill: Scenario = {
  name: 'broker-kill',
  about: 'kill -9 of the broker',
  roundsTogether: 2,
  round: (run) => restart(run, 'SIGKILL'),
}

async function restart(run: CrashRun, signal: 'SIGTERM' | 'SIGKILL'): Promise<string> {
  await run.rest(0, 200)
  await run.broker.kill(signal)
  await run.rest(0, 1500)
  await run.broker.restart()
  run.tally.brokerRestarts++
  return `restarted the broker (${signal})`
}
