import { until } from '../until.ts'
import type { Scenario } from './scenario.ts'

/** Not among `all`: Kafka may drop markers of transactions, and what comes of that is judged by its log. */
export const loneBrokerKill: Scenario = {
  name: 'lone-broker-kill',
  about: 'kill -9 of the only broker; only by its name: Kafka itself loses transaction markers then',
  onlyByName: true,
  setting: {},
  roundsTogether: 2,
  async round(run) {
    // Its markers are then still to be written.
    if (run.random.chance(0.7))
      await until('a transaction is being ended', () =>
        run.workers.some(({ transaction }) => transaction === 'ending'),
      )
    else await run.rest(0, 200)
    await run.cluster.broker.kill('SIGKILL')
    await run.rest(0, 1500)
    await run.cluster.broker.restart()
    run.tally.brokerRestarts++
    return 'restarted the broker (SIGKILL)'
  },
}
