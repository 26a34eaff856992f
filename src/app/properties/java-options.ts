/** Where Java's clients take a setting from: by itself it is for all that know it; a prefix names one. */
export type Scope =
  | ''
  | 'consumer.'
  | 'main.consumer.'
  | 'restore.consumer.'
  | 'global.consumer.'
  | 'producer.'
  | 'admin.'

/** How the text of a property is read. */
export type PropertyKind =
  | 'text'
  | 'list'
  /** A whole number: of ms where the option is a duration. */
  | 'number'
  | 'lowercase'
  /** A class, of which some have a counterpart here. */
  | { readonly classes: Readonly<Record<string, string>>; readonly otherwise: string }

/** A setting of Java's and the option in its place. */
export interface JavaOption {
  readonly key: string
  /** What it was called before; the key itself goes before it. */
  readonly oldKeys?: readonly string[]
  /** Path of the option. */
  readonly option: string
  readonly kind: PropertyKind
  /** Beside the key without a prefix; the later goes before the earlier. */
  readonly scopes?: readonly Scope[]
  /** Java's default, for people. */
  readonly javaDefault: string
}

const mainConsumer = ['consumer.', 'main.consumer.'] as const

const inCode = 'a class of Java: give a function in code'

/** All that mean the same here and there. */
export const javaOptions: readonly JavaOption[] = [
  { key: 'application.id', option: 'applicationId', kind: 'text', javaDefault: 'required' },
  { key: 'bootstrap.servers', option: 'kafka.brokers', kind: 'list', javaDefault: 'required' },
  { key: 'client.id', option: 'kafka.clientId', kind: 'text', javaDefault: 'from the application id' },
  { key: 'num.stream.threads', option: 'threads', kind: 'number', javaDefault: '1' },
  {
    key: 'commit.interval.ms',
    option: 'commitInterval',
    kind: 'number',
    javaDefault: '30 s; 100 ms with exactly-once',
  },
  { key: 'max.task.idle.ms', option: 'maxTaskIdle', kind: 'number', javaDefault: '0' },
  { key: 'task.timeout.ms', option: 'taskTimeout', kind: 'number', javaDefault: '5 min' },
  { key: 'log.summary.interval.ms', option: 'logSummaryInterval', kind: 'number', javaDefault: '2 min' },
  {
    key: 'repartition.purge.interval.ms',
    option: 'repartitionPurgeInterval',
    kind: 'number',
    javaDefault: '30 s',
  },
  { key: 'state.dir', option: 'stateDir', kind: 'text', javaDefault: '`/tmp/kafka-streams`' },
  { key: 'state.cleanup.delay.ms', option: 'stateCleanupDelay', kind: 'number', javaDefault: '10 min' },
  {
    key: 'statestore.cache.max.bytes',
    oldKeys: ['cache.max.bytes.buffering'],
    option: 'cacheMaxBytes',
    kind: 'number',
    javaDefault: '10 MiB',
  },
  { key: 'num.standby.replicas', option: 'numStandbyReplicas', kind: 'number', javaDefault: '0' },
  { key: 'max.warmup.replicas', option: 'maxWarmupReplicas', kind: 'number', javaDefault: '2' },
  { key: 'acceptable.recovery.lag', option: 'acceptableRecoveryLag', kind: 'number', javaDefault: '10,000' },
  {
    key: 'probing.rebalance.interval.ms',
    option: 'probingRebalanceInterval',
    kind: 'number',
    javaDefault: '10 min',
  },
  { key: 'rack.aware.assignment.tags', option: 'rackAwareAssignmentTags', kind: 'list', javaDefault: '' },
  { key: 'application.server', option: 'applicationServer', kind: 'text', javaDefault: '' },
  { key: 'replication.factor', option: 'replicationFactor', kind: 'number', javaDefault: '-1' },
  {
    key: 'windowstore.changelog.additional.retention.ms',
    option: 'windowChangelogAdditionalRetention',
    kind: 'number',
    javaDefault: '1 day',
  },
  {
    key: 'deserialization.exception.handler',
    oldKeys: ['default.deserialization.exception.handler'],
    option: 'deserializationHandler',
    kind: {
      classes: { LogAndFailExceptionHandler: 'fail', LogAndContinueExceptionHandler: 'continue' },
      otherwise: inCode,
    },
    javaDefault: 'fail',
  },
  {
    key: 'processing.exception.handler',
    option: 'processingHandler',
    kind: {
      classes: {
        LogAndFailProcessingExceptionHandler: 'fail',
        LogAndContinueProcessingExceptionHandler: 'continue',
      },
      otherwise: inCode,
    },
    javaDefault: 'fail',
  },
  {
    key: 'production.exception.handler',
    oldKeys: ['default.production.exception.handler'],
    option: 'productionHandler',
    kind: { classes: { DefaultProductionExceptionHandler: 'fail' }, otherwise: inCode },
    javaDefault: 'fail',
  },
  { key: 'errors.dead.letter.queue.topic.name', option: 'deadLetterTopic', kind: 'text', javaDefault: '' },
  {
    key: 'session.timeout.ms',
    option: 'sessionTimeout',
    kind: 'number',
    scopes: mainConsumer,
    javaDefault: '45 s',
  },
  {
    key: 'heartbeat.interval.ms',
    option: 'heartbeatInterval',
    kind: 'number',
    scopes: mainConsumer,
    javaDefault: '3 s',
  },
  {
    key: 'max.poll.interval.ms',
    option: 'rebalanceTimeout',
    kind: 'number',
    scopes: mainConsumer,
    javaDefault: '5 min',
  },
  {
    key: 'metadata.max.age.ms',
    option: 'metadataMaxAge',
    kind: 'number',
    scopes: mainConsumer,
    javaDefault: '5 min',
  },
  {
    key: 'auto.offset.reset',
    option: 'offsetReset',
    kind: 'text',
    scopes: mainConsumer,
    javaDefault: '`earliest`',
  },
  {
    key: 'group.instance.id',
    option: 'groupInstanceId',
    kind: 'text',
    scopes: mainConsumer,
    javaDefault: '',
  },
  {
    key: 'max.partition.fetch.bytes',
    option: 'consumer.maxPartitionFetchBytes',
    kind: 'number',
    scopes: mainConsumer,
    javaDefault: '1 MiB',
  },
  {
    key: 'fetch.max.wait.ms',
    option: 'consumer.fetchMaxWait',
    kind: 'number',
    scopes: mainConsumer,
    javaDefault: '500 ms',
  },
  {
    key: 'transaction.timeout.ms',
    option: 'transactionTimeout',
    kind: 'number',
    scopes: ['producer.'],
    javaDefault: '10 s',
  },
  {
    key: 'max.request.size',
    option: 'maxRecordBytes',
    kind: 'number',
    scopes: ['producer.'],
    javaDefault: '1 MiB',
  },
  {
    key: 'buffer.memory',
    option: 'producer.bufferMemory',
    kind: 'number',
    scopes: ['producer.'],
    javaDefault: '32 MiB',
  },
  {
    key: 'delivery.timeout.ms',
    option: 'kafka.deliveryTimeoutMs',
    kind: 'number',
    scopes: ['producer.'],
    javaDefault: '2 min',
  },
  { key: 'request.timeout.ms', option: 'kafka.requestTimeoutMs', kind: 'number', javaDefault: '30 s; 40 s' },
  { key: 'default.api.timeout.ms', option: 'kafka.apiTimeoutMs', kind: 'number', javaDefault: '1 min' },
  {
    key: 'socket.connection.setup.timeout.ms',
    option: 'kafka.connectionTimeoutMs',
    kind: 'number',
    javaDefault: '10 s',
  },
  {
    key: 'metrics.recording.level',
    option: 'metricsRecordingLevel',
    kind: 'lowercase',
    javaDefault: '`INFO`',
  },
  { key: 'metrics.sample.window.ms', option: 'metricsSampleWindow', kind: 'number', javaDefault: '30 s' },
  { key: 'metrics.num.samples', option: 'metricsNumSamples', kind: 'number', javaDefault: '2' },
  { key: 'retry.backoff.ms', option: 'kafka.retryBackoffMs', kind: 'number', javaDefault: '100 ms' },
  { key: 'retry.backoff.max.ms', option: 'kafka.retryBackoffMaxMs', kind: 'number', javaDefault: '1 s' },
]

/** Under `restore.consumer.` they are options of their own. */
export const restoreOptions: readonly JavaOption[] = [
  {
    key: 'max.partition.fetch.bytes',
    option: 'restoreConsumer.maxPartitionFetchBytes',
    kind: 'number',
    javaDefault: '1 MiB',
  },
  { key: 'fetch.max.wait.ms', option: 'restoreConsumer.fetchMaxWait', kind: 'number', javaDefault: '500 ms' },
]
