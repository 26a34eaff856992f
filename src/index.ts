export {
  type ClientSource,
  type KafkaConnection,
  KafkaStreams,
  type KafkaStreamsOptions,
} from './app/kafka-streams.ts'
export type { AppState } from './app/state.ts'
export { type ErrorCode, errorCodes, StreamsError } from './core/errors.ts'
export type { DropReason, HookEvents } from './core/hooks.ts'
export { consoleLogger, type Logger, silentLogger } from './core/logger.ts'
export type { BadInput, DeserializationHandler, StreamsOptions } from './core/options.ts'
export type { Header, Headers } from './core/record.ts'
export type { Duration } from './core/time/duration.ts'
export type { StreamsBuilder } from './dsl/builder.ts'
export type { KGroupedStream } from './dsl/grouped.ts'
export type {
  CountOptions,
  GroupOptions,
  KeyOptions,
  NamedOptions,
  StoreOptions,
  WindowStoreOptions,
} from './dsl/options.ts'
export type { KStream } from './dsl/stream.ts'
export type { KTable } from './dsl/table.ts'
export { type SinkTopic, type Topic, type TopicOptions, topic } from './dsl/topic.ts'
export { type Tables, type Topology, type TopologyOptions, topology } from './dsl/topology.ts'
export type { TimeWindowedKStream } from './dsl/windowed.ts'
export { tumbling, type WindowOptions } from './dsl/windows.ts'
export { field } from './expr/build.ts'
export type { Condition, Expression, Field, Timestamp, WindowKey } from './expr/expression.ts'
export { windowKey } from './expr/window-key.ts'
export type { KeyValueStoreView, StoreView, WindowStoreView } from './query/store-view.ts'
export { json } from './serde/json.ts'
export {
  boolean,
  bytes,
  float32,
  float64,
  int16,
  int32,
  int64,
  long,
  string,
  uuid,
} from './serde/scalars.ts'
export type { Serde, TypeOf } from './serde/serde.ts'
export { type TimeWindowedSerde, timeWindowed, type Window, type Windowed } from './serde/windowed.ts'
