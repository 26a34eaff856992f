import { field, json, KafkaStreams, long, string, topic, topology, tumbling, windowKey } from 'millrace'

type Click = { userId: string; url: string; timestamp: number }
const clicks = topic('user-clicks', {
  key: string,
  value: json<Click>(),
  timestamp: field('timestamp').seconds(),
})
const counts = topic('aggregated-clicks', { key: string, value: long })
const clickCount = topology(import.meta.url, (b) => {
  const perUser = b
    .stream(clicks)
    .groupByKey()
    .windowedBy(tumbling('5m', { grace: '1m' }))
    .count({ store: { name: 'counts', caching: false } })
  perUser.toStream().selectKey(windowKey('{key}@{start:HH:mm:ss}')).to(counts)
  return { perUser }
})

await using app = new KafkaStreams(clickCount, {
  applicationId: 'clicks',
  kafka: { brokers: ['kafka:9092'] },
})
await app.start()
