import { json, string, topic, topology } from '../../src/index.ts'
import { clicks, outputTopic } from './topics.ts'

interface Visit {
  readonly user: string
  readonly page: string
}

const visits = topic(outputTopic, { key: string, value: json<Visit>() })

/** No state: a filter that half of the clicks pass, and a new value, both functions. */
export const pipeline = topology(import.meta.url, (b) => {
  b.stream(clicks)
    .filter(({ url }) => url.charCodeAt(url.length - 1) % 2 === 0)
    .mapValues(({ userId, url }): Visit => ({ user: userId, page: url }), { value: json<Visit>() })
    .to(visits)
  return undefined
})
