export { ManualClock } from '../core/time/clock.ts'
export type { EmitIntervals } from '../operator/context.ts'
export type { StoreEntry } from '../task/built-store.ts'
export {
  EmbeddedKafka,
  type EmbeddedKafkaOptions,
  type ReadRecord,
  type SentRecord,
} from './embedded-kafka.ts'
export {
  type CapturedForward,
  type CapturedPunctuator,
  MockProcessorContext,
  type MockProcessorContextOptions,
} from './mock-processor-context.ts'
export type { TableStore, TestStore } from './test-store.ts'
export {
  type InputTimes,
  type PipeOptions,
  type ProducedRecord,
  type RawTestRecord,
  type TestHeaders,
  TestInputTopic,
  TestOutputTopic,
  type TestRecord,
} from './test-topics.ts'
export {
  type DroppedRecords,
  type TopicPartitions,
  TopologyTestDriver,
  type TopologyTestDriverOptions,
} from './topology-test-driver.ts'
