import { long, session, sessionWindowed, string, topic, topology } from '../../src/index.ts'
import { clicks, outputTopic } from './topics.ts'

const counts = topic(outputTopic, { key: sessionWindowed(string), value: long })

/** Clicks of each user without a pause of five minutes, every update emitted. */
export const pipeline = topology(import.meta.url, (b) => {
  const table = b
    .stream(clicks)
    .groupByKey()
    .windowedBy(session('5m', { grace: '1m' }))
    .count({ store: { name: 'sessions-store', caching: false } })
  table.toStream().to(counts)
  return { counts: table }
})
