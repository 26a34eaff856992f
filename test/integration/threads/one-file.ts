import { isMainThread } from 'node:worker_threads'
import { KafkaStreams, silentLogger, string, topic, topology } from '../../../src/index.ts'

const words = { key: string, value: string }

/** A program of one file: whatever imports it starts the application. It is tested where it must not be started. */
export const copying = topology(
  import.meta.url,
  (b, { name }) => {
    b.stream(topic(`${name}-clicks`, words)).to(topic(`${name}-counts`, words))
    return undefined
  },
  { args: { name: 'one-file' } },
)

if (!isMainThread) {
  const app = new KafkaStreams(copying, {
    applicationId: 'one-file',
    kafka: { brokers: ['127.0.0.1:9092'] },
    logger: silentLogger,
  })
  await app.start()
}
