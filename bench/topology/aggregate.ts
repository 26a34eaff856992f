import { json, string, topic, topology } from '../../src/index.ts'
import { clicks, outputTopic } from './topics.ts'

interface Visits {
  readonly clicks: number
  readonly last: string
}

const visits = topic(outputTopic, { key: string, value: json<Visits>() })

/** An aggregate by functions, every update emitted. */
export const pipeline = topology(import.meta.url, (b) => {
  const table = b
    .stream(clicks)
    .groupByKey()
    .aggregate(
      (): Visits => ({ clicks: 0, last: '' }),
      ({ clicks }, { url }) => ({ clicks: clicks + 1, last: url }),
      { value: json<Visits>(), store: { name: 'visits-store', caching: false } },
    )
  table.toStream().to(visits)
  return { visits: table }
})
