import { field, json, long, string, topic, topology, tumbling, windowKey } from '../../src/index.ts'
import { type Click, inputTopic, outputTopic, windowMs } from './topics.ts'

const clicks = topic(inputTopic, {
  key: string,
  value: json<Click>(),
  timestamp: field('timestamp').seconds(),
})
const counts = topic(outputTopic, { key: string, value: long })

/** The click count of the examples, every update emitted; the key carries the whole start, so that windows can be told apart. */
export const pipeline = topology(import.meta.url, (b) => {
  const table = b
    .stream(clicks)
    .groupByKey()
    .windowedBy(tumbling(windowMs, { grace: '1m' }))
    .count({ store: { name: 'counts-store', caching: false } })
  table.toStream().selectKey(windowKey('{key}@{start:yyyy-MM-dd HH:mm:ss}')).to(counts)
  return { counts: table }
})
