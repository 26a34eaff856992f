import type { Scenario } from './scenario.ts'

const expirationMs = 1500
const checkMs = 500

export const expiredProducerId: Scenario = {
  name: 'expired-producer-id',
  about: 'there is no input for longer than the broker remembers transactional ids and producers',
  setting: {
    // The id of the input's own transactions would expire too.
    plainInput: true,
    broker: {
      'transactional.id.expiration.ms': expirationMs,
      'transaction.remove.expired.transaction.cleanup.interval.ms': checkMs,
      'producer.id.expiration.ms': expirationMs,
      'producer.id.expiration.check.interval.ms': checkMs,
    },
  },
  async round(run) {
    await run.feeder.pause()
    await run.caughtUp()
    const aborts = run.tally.aborts
    await run.rest(expirationMs + 2 * checkMs, 2 * expirationMs + 2 * checkMs)
    run.feeder.start()
    await Promise.all(run.workers.map((worker) => worker.progress(1)))
    return `no input until producer ids expired: ${run.tally.aborts - aborts} workers began anew`
  },
}
