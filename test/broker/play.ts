import { once } from 'node:events'
import { startKafka } from './kafka-broker.ts'

// `npm run kafka`: a broker to play with.
try {
  console.log('Starting Apache Kafka ...')
  const broker = await startKafka()
  const address = broker.brokers.join(',')
  console.log(`Kafka is ready at ${address}. In another terminal:\n`)
  console.log(`  KAFKA_BROKERS=${address} npm run demo\n`)
  console.log('Ctrl-C stops it and removes its data.')
  const idle = setInterval(() => {}, 60_000)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  clearInterval(idle)
  await broker.stop()
  console.log('Kafka is stopped.')
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
