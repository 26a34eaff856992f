export { ManualClock } from '../core/time/clock.ts'
export {
  EmbeddedKafka,
  type EmbeddedKafkaOptions,
  type ReadRecord,
  type SentRecord,
} from './embedded-kafka.ts'
