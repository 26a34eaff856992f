import { KafkaStreams } from 'millrace'
import { clickCount } from './click-count.ts'
import { countServer } from './server.ts'

// The service as you would deploy it: KAFKA_BROKERS=host:port PORT=7070 node main.js
const port = Number(process.env['PORT'] ?? 7070)
await using app = new KafkaStreams(clickCount, {
  applicationId: 'click-count',
  kafka: { brokers: (process.env['KAFKA_BROKERS'] ?? 'localhost:9092').split(',') },
  applicationServer: `localhost:${port}`,
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void app.close())
await app.start()
const server = countServer(app).listen(port, '127.0.0.1')
await app.ended()
server.close()
