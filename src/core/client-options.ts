import { atLeast, type OptionChecks } from './option-checks.ts'
import type { Duration } from './time/duration.ts'

/** How records are fetched. */
export interface ConsumerOptions {
  /** Bytes asked for of one partition at a time. */
  readonly maxPartitionFetchBytes?: number
  /** Bytes that may lie fetched and not yet processed, of a stream thread. */
  readonly fetchBufferBytes?: number
  /** How long the broker waits for records before it answers that there are none. */
  readonly fetchMaxWait?: Duration
}

/** How output and changelogs are written. */
export interface ProducerSettings {
  /** Bytes written by a stream thread that may wait for the broker; beyond it processing pauses. */
  readonly bufferMemory?: number
}

/** Of the topics that the application creates for itself. */
export interface InternalTopicOptions {
  /** Of internal topics; -1 is the broker's default. */
  readonly replicationFactor?: number
  /** By how long changelogs of window stores keep records beyond the store's retention. */
  readonly windowChangelogAdditionalRetention?: Duration
  /**
   * Kafka's configs of internal topics, as `{ 'min.insync.replicas': 2 }`: they go before the usual ones, and
   * `topicConfig` of a store goes before them.
   */
  readonly topic?: Readonly<Record<string, string | number | boolean>>
}

/** Of Kafka's clients: Java's prefixes `consumer.`, `restore.consumer.`, `producer.` and `topic.`. */
export interface ClientOptions extends InternalTopicOptions {
  readonly consumer?: ConsumerOptions
  /** Of changelogs; what is not given is taken from `consumer`. */
  readonly restoreConsumer?: ConsumerOptions
  readonly producer?: ProducerSettings
}

export interface ResolvedConsumerOptions {
  readonly maxPartitionFetchBytes: number
  readonly fetchBufferBytes: number
  readonly fetchMaxWaitMs: number
}

export interface ResolvedClientOptions {
  readonly replicationFactor: number
  readonly windowChangelogAdditionalRetentionMs: number
  readonly topic: Readonly<Record<string, string>>
  readonly consumer: ResolvedConsumerOptions
  readonly restoreConsumer: ResolvedConsumerOptions
  readonly producer: Required<ProducerSettings>
}

export const consumerDefaults = {
  maxPartitionFetchBytes: (2 ** 20) as number,
  fetchBufferBytes: (8 * 2 ** 20) as number,
  fetchMaxWait: 100,
} as const

export const producerDefaults = { bufferMemory: (32 * 2 ** 20) as number } as const

const restoreBufferBytes = 16 * 2 ** 20

export const clientDefaults = {
  replicationFactor: -1,
  windowChangelogAdditionalRetention: (24 * 3_600_000) as number,
  topic: undefined,
  consumer: undefined,
  restoreConsumer: undefined,
  producer: undefined,
} as const

export function resolveClientOptions(options: ClientOptions, checks: OptionChecks): ResolvedClientOptions {
  const { consumer = {}, restoreConsumer = {}, producer = {}, topic = {} } = options
  const replicationFactor = options.replicationFactor ?? clientDefaults.replicationFactor
  checks.check(
    replicationFactor === -1 || atLeast(replicationFactor, 1),
    'replicationFactor: neither -1 nor a whole number of at least 1',
  )
  checks.noOthers(producer, Object.keys(producerDefaults), 'producer.')
  const bufferMemory = producer.bufferMemory ?? producerDefaults.bufferMemory
  checks.wholeNumber('producer.bufferMemory', bufferMemory, 2 ** 20)
  return {
    replicationFactor,
    windowChangelogAdditionalRetentionMs: checks.duration(
      'windowChangelogAdditionalRetention',
      options.windowChangelogAdditionalRetention,
      clientDefaults.windowChangelogAdditionalRetention,
    ),
    topic: topicConfigs(topic, checks),
    consumer: resolveConsumer('consumer', consumer, checks),
    restoreConsumer: resolveConsumer(
      'restoreConsumer',
      { ...consumer, fetchBufferBytes: restoreBufferBytes, ...restoreConsumer },
      checks,
    ),
    producer: { bufferMemory },
  }
}

function resolveConsumer(
  path: string,
  options: ConsumerOptions,
  checks: OptionChecks,
): ResolvedConsumerOptions {
  const { maxPartitionFetchBytes, fetchBufferBytes, fetchMaxWait } = options
  const resolved = {
    maxPartitionFetchBytes: maxPartitionFetchBytes ?? consumerDefaults.maxPartitionFetchBytes,
    fetchBufferBytes: fetchBufferBytes ?? consumerDefaults.fetchBufferBytes,
    fetchMaxWaitMs: checks.duration(`${path}.fetchMaxWait`, fetchMaxWait, consumerDefaults.fetchMaxWait),
  }
  checks.noOthers(options, Object.keys(consumerDefaults), `${path}.`)
  checks.wholeNumber(`${path}.maxPartitionFetchBytes`, resolved.maxPartitionFetchBytes, 1024)
  checks.check(
    atLeast(resolved.fetchBufferBytes, resolved.maxPartitionFetchBytes),
    `${path}.fetchBufferBytes: less than maxPartitionFetchBytes`,
  )
  return resolved
}

function topicConfigs(topic: object, checks: OptionChecks): Readonly<Record<string, string>> {
  const configs: Record<string, string> = {}
  for (const [name, value] of Object.entries(topic)) {
    const good = ['string', 'number', 'boolean'].includes(typeof value)
    checks.check(good, `topic: the value of ${name} is neither text, a number nor a boolean`)
    if (good) configs[name] = String(value)
  }
  return configs
}
