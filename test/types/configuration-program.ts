import { fromProperties, KafkaStreams } from 'millrace'
import { clickCount } from '../../examples/01-click-count/click-count.ts'

const { options, ignored } = fromProperties('streams.properties')
for (const { key, reason } of ignored) console.warn(`${key} is ignored: ${reason}`)
const app = new KafkaStreams(clickCount, { ...options, stateMemory: 2 ** 30 })
await app.start()
