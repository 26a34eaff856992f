import { brokerIds } from '../../broker/kafka-cluster.ts'
import type { CrashRun } from '../crash-run.ts'
import type { Scenario } from './scenario.ts'

/**
 * Of three: a lone broker that stops or dies has partitions without a leader for a moment, and Kafka may drop the markers
 * of transactions then (see `KafkaBroker.skippedMarkers`), so that nothing could be proven.
 */
const setting = { brokers: 3 } as const

export const brokerRestart: Scenario = {
  name: 'broker-restart',
  about:
    'SIGTERM of one of three brokers, which comes back on the same data; sometimes a worker dies with it',
  setting,
  async round(run) {
    const killed = run.random.chance(0.3) ? run.anyWorker() : undefined
    if (killed) await run.kill(killed)
    const restarting = restart(run, 'SIGTERM')
    // It looks for its coordinators while they move.
    killed?.start()
    return `${await restarting}${killed ? `, and with it ${killed.name}` : ''}`
  },
}

export const brokerKill: Scenario = {
  name: 'broker-kill',
  about: 'kill -9 of one of three brokers',
  setting,
  round: (run) => restart(run, 'SIGKILL'),
}

async function restart(run: CrashRun, signal: 'SIGTERM' | 'SIGKILL'): Promise<string> {
  const { nodes } = run.cluster
  const id = run.deal('broker', brokerIds)
  await run.rest(0, 200)
  await nodes.stop(id, signal)
  await run.rest(0, 1500)
  await nodes.start(id)
  run.tally.brokerRestarts++
  // With another one away there would be partitions without a leader.
  await run.cluster.inSync()
  return `restarted broker ${id} (${signal})`
}
