/** Keys of Java's that mean nothing here, by the reason. In the order of Java's documentation. */
const byReason: readonly (readonly [reason: string, keys: readonly string[]])[] = [
  [
    'every application here is exactly-once (exactly_once_v2), which promises all that at_least_once does',
    [
      'processing.guarantee',
      'enable.idempotence',
      'acks',
      'isolation.level',
      'retries',
      'max.in.flight.requests.per.connection',
    ],
  ],
  [
    'serdes are given with the topic or at the call that needs them',
    [
      'default.key.serde',
      'default.value.serde',
      'default.list.key.serde.inner',
      'default.list.key.serde.type',
      'default.list.value.serde.inner',
      'default.list.value.serde.type',
      'key.deserializer',
      'value.deserializer',
      'key.serializer',
      'value.serializer',
      'window.size.ms',
      'windowed.inner.class.serde',
    ],
  ],
  ['give topic(name, { timestamp }) in code', ['default.timestamp.extractor']],
  ['give topology(url, build, { optimize }) in code', ['topology.optimization']],
  [
    'give topology(url, build, { explicitNames: true }) in code',
    ['ensure.explicit.internal.resource.naming'],
  ],
  ['give topology(url, build, { wrapProcessor }) in code', ['processor.wrapper.class']],
  ['global stores fail with the thread that reads them', ['processing.exception.handler.global.enabled']],
  ['state is in LMDB: stateMemory bounds its memory, stateMapSize its file', ['rocksdb.config.setter']],
  [
    'a store says what it is where it is made: store: { kind }',
    ['default.dsl.store', 'dsl.store.suppliers.class', 'dsl.store.format'],
  ],
  [
    'a stream thread reads ahead by bytes: consumer.fetchBufferBytes',
    ['buffered.records.per.partition', 'max.poll.records', 'fetch.max.bytes', 'fetch.min.bytes'],
  ],
  ['the loop waits just as long as there is nothing to do', ['poll.ms']],
  ['directories are made with the rights that the process gives (umask)', ['allow.os.group.write.access']],
  ['state is removed by stateCleanupDelay only', ['state.cleanup.dir.max.age.ms']],
  [
    'the group protocol is the classic one',
    ['group.protocol', 'group.remote.assignor', 'partition.assignment.strategy', 'rebalance.timeout.ms'],
  ],
  ['members of Java 3.2 and newer are understood', ['upgrade.from']],
  ['the assignor is that of Java (HighAvailabilityTaskAssignor)', ['task.assignor.class']],
  [
    'racks are told by clientTags and rackAwareAssignmentTags; brokers are not asked for theirs',
    [
      'rack.aware.assignment.strategy',
      'rack.aware.assignment.non_overlap_cost',
      'rack.aware.assignment.traffic_cost',
      'client.rack',
    ],
  ],
  [
    'metrics are read by /metrics, and are not pushed to brokers',
    ['built.in.metrics.version', 'enable.metrics.push', 'metric.reporters'],
  ],
  [
    'the application id, the store or the thread decides it',
    [
      'group.id',
      'transactional.id',
      'enable.auto.commit',
      'auto.commit.interval.ms',
      'allow.auto.create.topics',
      'exclude.internal.topics',
    ],
  ],
  [
    'batches are as large as the waiting records, and sent without compression: set compression.type of the topics',
    [
      'batch.size',
      'linger.ms',
      'compression.type',
      'compression.gzip.level',
      'compression.lz4.level',
      'compression.zstd.level',
    ],
  ],
  [
    'a partitioner is given to the sink',
    [
      'partitioner.class',
      'partitioner.adaptive.partitioning.enable',
      'partitioner.availability.timeout.ms',
      'partitioner.ignore.keys',
    ],
  ],
  ['checksums are always checked', ['check.crcs']],
  ['give hooks in code: app.on(...)', ['interceptor.classes', 'default.client.supplier']],
  ['processing pauses by producer.bufferMemory', ['max.block.ms']],
  ['the operating system chooses the buffers of sockets', ['receive.buffer.bytes', 'send.buffer.bytes']],
  [
    'connections are kept as long as they are of use, and tried again by kafka.retryBackoffMs',
    [
      'connections.max.idle.ms',
      'reconnect.backoff.ms',
      'reconnect.backoff.max.ms',
      'socket.connection.setup.timeout.max.ms',
      'metadata.max.idle.ms',
      'client.dns.lookup',
    ],
  ],
  [
    'bootstrap addresses are always tried again',
    ['metadata.recovery.strategy', 'metadata.recovery.rebootstrap.trigger.ms'],
  ],
  ['values are read in code: process.env, a vault ...', ['config.providers']],
  ['controllers are not spoken to', ['bootstrap.controllers']],
  [
    'Node decides it',
    [
      'ssl.provider',
      'ssl.keymanager.algorithm',
      'ssl.trustmanager.algorithm',
      'ssl.secure.random.implementation',
      'ssl.engine.factory.class',
      'ssl.protocol',
    ],
  ],
  ["Node's names of ciphers are others: give kafka.ssl.ciphers in code", ['ssl.cipher.suites']],
  [
    'a class of Java: give kafka.sasl in code',
    ['sasl.client.callback.handler.class', 'sasl.login.callback.handler.class', 'sasl.login.class'],
  ],
]

const reasons: ReadonlyMap<string, string> = new Map(
  byReason.flatMap(([reason, keys]) => keys.map((key) => [key, reason] as const)),
)

/** Why a key of Java's means nothing here; undefined if it does, or is no key of Java's. */
export function whyWithoutMeaning(key: string): string | undefined {
  const reason = reasons.get(key)
  if (reason !== undefined) return reason
  if (key.startsWith('sasl.kerberos.')) return 'there is no Kerberos (GSSAPI)'
  if (key.startsWith('sasl.login.') || key.startsWith('sasl.oauthbearer.'))
    return 'tokens are given by a function: kafka.sasl.oauthBearerProvider'
  if (key.startsWith('metrics.context.')) return 'metrics have no context'
  return undefined
}

/** All of them, each with its reason, for the documentation. */
export function withoutMeaning(): ReadonlyMap<string, string> {
  return reasons
}
