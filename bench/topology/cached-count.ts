import { long, string, topic, topology } from '../../src/index.ts'
import { clicks, outputTopic } from './topics.ts'

const counts = topic(outputTopic, { key: string, value: long })

/** Clicks of each user, the last update of a commit emitted. */
export const pipeline = topology(import.meta.url, (b) => {
  const table = b
    .stream(clicks)
    .groupByKey()
    .count({ store: { name: 'counts-store' } })
  table.toStream().to(counts)
  return { counts: table }
})
