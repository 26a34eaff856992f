export type {
  ClientSource,
  CloseOptions,
  KafkaConnection,
  KafkaStreamsOptions,
} from './app/application-options.ts'
export type { Health, HealthCheck } from './app/health.ts'
export { KafkaStreams } from './app/kafka-streams.ts'
export {
  fromProperties,
  type IgnoredProperty,
  type PropertiesOptions,
} from './app/properties/from-properties.ts'
export { type ProgressOutput, showRestoreProgress } from './app/restore-progress.ts'
export type { AppState } from './app/state.ts'
export type { ThreadMetadata } from './app/thread-metadata.ts'
export type { AssignmentOptions } from './core/assignment-options.ts'
export type {
  ClientOptions,
  ConsumerOptions,
  InternalTopicOptions,
  ProducerSettings,
} from './core/client-options.ts'
export type {
  BadInput,
  DeadLetter,
  DeserializationHandler,
  ErrorHandler,
  FailureContext,
  HandlerResponse,
  ProcessingFailure,
  ProcessingHandler,
  ProductionFailure,
  ProductionHandler,
  ProductionVerdict,
  Verdict,
} from './core/error-handlers.ts'
export { type ErrorCode, errorCodes, StreamsError } from './core/errors.ts'
export type {
  FailureOptions,
  UncaughtErrorHandler,
  UncaughtErrorResponse,
} from './core/failure-options.ts'
export type { GroupMembershipOptions } from './core/group-options.ts'
export type { DropReason, HookEvents, RestoreProgress } from './core/hooks.ts'
export { consoleLogger, type Logger, silentLogger } from './core/logger.ts'
export type { MetricsOptions, RecordingLevel } from './core/metrics-options.ts'
export type { OffsetResetOption } from './core/offset-reset.ts'
export type { StreamsOptions } from './core/options.ts'
export type { ProcessingOptions } from './core/processing-options.ts'
export type { Header, Headers, RecordMetadata, StreamRecord } from './core/record.ts'
export type { StateOptions } from './core/state-options.ts'
export type { Duration } from './core/time/duration.ts'
export type {
  Adder,
  AggregationOptions,
  CountOptions,
  EmitStrategy,
  SessionAggregationOptions,
} from './dsl/aggregation-options.ts'
export type { BranchedKStream, Branches, BranchOptions } from './dsl/branched.ts'
export type { BuildOptions, StreamsBuilder } from './dsl/builder.ts'
export type {
  CogroupedKStream,
  SessionWindowedCogroupedKStream,
  TimeWindowedCogroupedKStream,
} from './dsl/cogrouped.ts'
export { type CustomStoreOptions, customStore, type UnloggedStoreOptions } from './dsl/custom-store.ts'
export type { GlobalKTable } from './dsl/global-table.ts'
export type { KGroupedStream } from './dsl/grouped.ts'
export type { KGroupedTable } from './dsl/grouped-table.ts'
export type { ForeignKeyJoinOptions, KeyPartitioner } from './dsl/join-foreign-key.ts'
export type { GlobalJoinOptions } from './dsl/join-global.ts'
export type { StreamTableJoinOptions } from './dsl/join-stream-table.ts'
export type { StreamJoinOptions, StreamJoinStoreOptions } from './dsl/join-streams.ts'
export type { JoinWindowOptions } from './dsl/join-windows.ts'
export type { LoggingOptions } from './dsl/logging-options.ts'
export type {
  GroupOptions,
  KeyOptions,
  KeyValueStoreOptions,
  NamedOptions,
  PairOptions,
  SessionStoreOptions,
  StoreOptions,
  StoreSerdes,
  ValueOptions,
  VersionedOptions,
  WindowStoreOptions,
} from './dsl/options.ts'
export type {
  ConnectedStores,
  FixedKeyProcessor,
  FixedKeyProcessorSupplier,
  ProcessOptions,
  ProcessorSupplier,
  ProcessValuesOptions,
} from './dsl/process.ts'
export {
  type AnyProcessorSupplier,
  type DefaultSerdes,
  type FilledStoreOptions,
  type ParentOptions,
  type ProcessorBuildOptions,
  type ProcessorOptions,
  ProcessorTopology,
  type ProcessorTopologyOptions,
  processorTopology,
  type SinkOptions,
  type TopicChooser,
} from './dsl/processor-topology.ts'
export type { Projected, Projection } from './dsl/projection.ts'
export type { SessionWindowedKStream } from './dsl/session-windowed.ts'
export {
  keyValueStore,
  sessionStore,
  timestampedKeyValueStore,
  timestampedWindowStore,
  versionedKeyValueStore,
  windowStore,
} from './dsl/stores.ts'
export type { KStream } from './dsl/stream.ts'
export type {
  DynamicToOptions,
  PartitionerOf,
  PrintOptions,
  RepartitionOptions,
  ToOptions,
  ToTableOptions,
} from './dsl/stream-options.ts'
export {
  type SuppressBufferOptions,
  type Suppression,
  type TimeLimitOptions,
  untilTimeLimit,
  untilWindowCloses,
  type WindowCloseOptions,
} from './dsl/suppressed.ts'
export type { KTable } from './dsl/table.ts'
export type { TableOptions } from './dsl/table-options.ts'
export type { TableSourceOptions } from './dsl/table-source.ts'
export type { TransformOptions, ValueTransformerSupplier } from './dsl/table-transform-values.ts'
export {
  type SinkTopic,
  type TimestampOf,
  type Topic,
  type TopicOptions,
  type TopicPattern,
  topic,
  topicPattern,
} from './dsl/topic.ts'
export {
  type Tables,
  type Topology,
  type TopologyHandlers,
  type TopologyOptions,
  topology,
} from './dsl/topology.ts'
export type { TimeWindowedKStream } from './dsl/windowed.ts'
export {
  type HoppingOptions,
  hopping,
  session,
  sliding,
  tumbling,
  type UnlimitedOptions,
  unlimited,
  type WindowOptions,
} from './dsl/windows.ts'
export { field } from './expr/build.ts'
export type { Condition, Expression, Field, Timestamp, WindowKey } from './expr/expression.ts'
export { windowKey } from './expr/window-key.ts'
export type { HttpHandler } from './http/handler.ts'
export type { AuthHook, AuthOptions, LimitOptions, ListenOptions } from './http/listen-options.ts'
export { type NodeListener, type NodeListenerOptions, nodeListener } from './http/node-listener.ts'
export type { HttpAddress } from './http/server.ts'
export type { Metric, MetricTags } from './metrics/metric.ts'
export { type OpenTelemetryMeter, observeMetrics } from './metrics/open-telemetry.ts'
export type {
  GlobalStoreDescription,
  NodeDescription,
  ProcessorDescription,
  SinkDescription,
  SourceDescription,
  SubtopologyDescription,
  TopologyDescription,
} from './plan/description.ts'
export type {
  Processor,
  ProcessorContext,
  PunctuationType,
  ScheduleOptions,
  StoreToken,
  TransformerContext,
  ValueTransformer,
} from './plan/processor-spec.ts'
export type {
  AroundProcessor,
  ProcessorWrapper,
  WrappedProcessor,
  WrapperContext,
} from './plan/processor-wrapper.ts'
export type { StoreKind } from './plan/store-spec.ts'
export type { KeyValueStoreView, QueriedEntry } from './query/key-value-view.ts'
export type { StorePartitionLag } from './query/lags.ts'
export type { InstanceMetadata, KeyMetadata } from './query/metadata.ts'
export type { QueriedStoreInfo, Queries } from './query/queries.ts'
export type {
  QueryOptions,
  QueryPartitioner,
  RangeQueryOptions,
  ReadFacts,
} from './query/query-options.ts'
export type { Time } from './query/question-times.ts'
export type { HostInfo } from './query/remote-owner.ts'
export type { SessionStoreView } from './query/session-view.ts'
export type { StoreView } from './query/store-view.ts'
export type { History, QueriedVersion, VersionedStoreView } from './query/versioned-view.ts'
export type { QueriedWindow, WindowStoreView } from './query/window-view.ts'
export { json } from './serde/json.ts'
export { list, type NullableEntries } from './serde/list.ts'
export { nothing } from './serde/nothing.ts'
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
export { type Struct, type StructFields, struct } from './serde/struct.ts'
export {
  sessionWindowed,
  type TimeWindowedOptions,
  type TimeWindowedSerde,
  timeWindowed,
  type Window,
  type Windowed,
  type WindowedSerde,
} from './serde/windowed.ts'
export type { RangeOptions, Row } from './store/byte-store.ts'
export type { CustomStoreContext, LoggedStore, StoreHooks } from './store/custom-store.ts'
export type { OrderedRows } from './store/rows.ts'
export type {
  Entry,
  KeyRange,
  KeyValueStore,
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyWindowStore,
  SessionStore,
  StoreIterator,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  VersionedRecord,
  WindowStore,
} from './store/state-stores.ts'
export type { StoreContext } from './store/store-directory.ts'
export type { EngineSpaces, StoreEngine } from './store/store-engine.ts'
export type { StoreSize } from './store/store-size.ts'
export type { ThreadState } from './thread/stream-thread-handle.ts'
