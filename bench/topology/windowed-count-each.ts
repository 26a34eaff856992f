import { field, json, string, topic, topology, tumbling } from '../../src/index.ts'
import { type Click, inputTopic, windowMs } from './topics.ts'

const clicks = topic(inputTopic, {
  key: string,
  value: json<Click>(),
  timestamp: field('timestamp').seconds(),
})

/** The click count without outputs: its changelog has a record for each click, as Java's has, and all windows are kept. */
export const pipeline = topology(import.meta.url, (b) => {
  const store = { name: 'counts-store', caching: false, changelog: 'each', retention: '2h' } as const
  const counts = b
    .stream(clicks)
    .groupByKey()
    .windowedBy(tumbling(windowMs, { grace: '1m' }))
    .count({ store })
  return { counts }
})
