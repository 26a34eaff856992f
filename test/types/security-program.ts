import { readFileSync } from 'node:fs'
import { KafkaStreams } from 'millrace'
import { clickCount } from '../../examples/01-click-count/click-count.ts'

const app = new KafkaStreams(clickCount, {
  applicationId: 'clicks',
  kafka: {
    brokers: ['kafka-1.example.com:9093'],
    // The brokers' authority, and a key of our own where they ask for one.
    ssl: { ca: readFileSync('ca.pem'), cert: readFileSync('own.pem'), key: readFileSync('own.key') },
    sasl: { mechanism: 'scram-sha-512', username: 'clicks', password: process.env['KAFKA_PASSWORD']! },
  },
})
await app.start()
