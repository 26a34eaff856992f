import { StreamsError } from '../core/errors.ts'
import { silentLogger } from '../core/logger.ts'
import { type ResolvedOptions, resolveOptions, type StreamsOptions } from '../core/options.ts'
import type { EmitIntervals } from '../operator/context.ts'

/** Options of the application that mean something without a broker. */
type ApplicationOptions = Partial<
  Pick<
    StreamsOptions,
    | 'cacheMaxBytes'
    | 'deadLetterTopic'
    | 'deserializationHandler'
    | 'maxRecordBytes'
    | 'maxTaskIdle'
    | 'processingHandler'
    | 'productionHandler'
  >
>

export interface TopologyTestDriverOptions extends ApplicationOptions {
  /** `test` if not given; internal topics are named after it. */
  readonly applicationId?: string
  /** `off` never runs a region of the kernel. */
  readonly kernel?: 'auto' | 'off'
  /** The wall clock to begin with, ms since the epoch; 0 if not given. */
  readonly at?: number
  /** What stores log: `each` change, as Java does (default), or as their options say. */
  readonly changelog?: 'each' | 'as-declared'
  /** `manual`: only when `commit` is called. */
  readonly commit?: 'each-record' | 'manual'
  /**
   * Of each topic, or by topic, 1 where nothing is said. With several there is a task for each subtopology and partition,
   * as in an application, and records go to the partition of their key.
   */
  readonly partitions?: TopicPartitions
  /** Lets the tasks take turns by chance, the same for the same number; without it, the first that has something to do. */
  readonly seed?: number
  /** How often nodes look for results that have become final, ms of the wall clock; at every record if not given. */
  readonly emitIntervals?: EmitIntervals
}

/** Of the topics that the user made: of each, or by topic, 1 where nothing is said. */
export type TopicPartitions = number | Readonly<Record<string, number>>

/** @throws StreamsError `options-invalid` */
export function checkedPartitions(partitions: TopicPartitions = 1): TopicPartitions {
  const counts = typeof partitions === 'number' ? [partitions] : Object.values(partitions)
  for (const count of counts)
    if (!Number.isInteger(count) || count < 1)
      throw new StreamsError('options-invalid', `partitions: a topic has 1 or more, not ${count}`)
  return partitions
}

/** What is the driver's own is left out; the rest is checked as an application's. */
export function resolved(options: TopologyTestDriverOptions): ResolvedOptions {
  const { at, changelog, commit, emitIntervals, partitions, seed, ...others } = options
  return resolveOptions({ applicationId: 'test', logger: silentLogger, ...others })
}
