import { field, json, long, string, topic, topology, tumbling, windowKey } from 'millrace'

export interface Click {
  readonly userId: string
  readonly url: string
  /** Seconds since the epoch. */
  readonly timestamp: number
}

export const userClicks = topic('user-clicks', {
  key: string,
  value: json<Click>(),
  timestamp: field('timestamp').seconds(),
})
export const aggregatedClicks = topic('aggregated-clicks', { key: string, value: long })

/** Clicks per user and five minutes. */
export const clickCount = topology(import.meta.url, (b) => {
  const counts = b
    .stream(userClicks)
    .groupByKey()
    .windowedBy(tumbling('5m', { grace: '1m' }))
    .count({ store: { name: 'counts-store', caching: false } })
  counts.toStream().selectKey(windowKey('{key}@{start:HH:mm:ss}')).to(aggregatedClicks)
  return { counts }
})
