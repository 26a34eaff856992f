import type { Headers, RecordMetadata, StreamRecord } from '../core/record.ts'
import type { Duration } from '../core/time/duration.ts'
import type { Unawaited } from '../core/unawaited.ts'
import type { StoreSpec } from './store-spec.ts'

/** When a punctuation is due: by the time of the records, or by the clock. */
export type PunctuationType = 'stream-time' | 'wall-clock'

export interface ScheduleOptions {
  readonly every: Duration
  readonly on: PunctuationType
  /** The first time, ms since the epoch; by default aligned to 0 (stream time) or one interval from now (wall clock). */
  readonly startAt?: number
}

declare const storeType: unique symbol

/** A store declared for processors: `keyValueStore('seen', { key: string, value: long })` and the like. */
export interface StoreToken<S> {
  readonly name: string
  readonly spec: StoreSpec
  /** Never set: carries the type of the store. */
  readonly [storeType]?: S
}

/** What a processor may ask of its task (Java's ProcessorContext). Good for the life of the processor. */
export interface ProcessorContext<K2 = unknown, V2 = unknown> {
  readonly applicationId: string
  /** `<subtopology>_<partition>`. */
  readonly taskId: string
  /** Where the record being processed came from; undefined in a punctuation that no record caused. */
  readonly recordMetadata: RecordMetadata | undefined
  /** Ms; -1 before the first record. */
  readonly currentStreamTime: number
  /** Ms since the epoch. */
  readonly currentSystemTime: number
  /** @throws StreamsError `store-unknown` if the store is not connected to this processor. */
  store<S>(store: StoreToken<S> | string): S
  /** Hands a record to all children, or to the one named. */
  forward(record: StreamRecord<K2, V2>, child?: string): void
  /** @returns a function that cancels. */
  schedule(options: ScheduleOptions, punctuate: (timestamp: number) => Unawaited): () => void
  /** Asks for a commit soon. */
  commit(): void
}

/**
 * One processor, of one task. What `process` returns is forwarded to all children: a record, several, or nothing. `KF`
 * and `VF` are of the records that it forwards by itself, if they are others.
 */
export interface Processor<K, V, K2, V2, KF = K2, VF = V2> {
  init?(context: ProcessorContext<KF, VF>): Unawaited
  process(
    record: StreamRecord<K, V>,
    context: ProcessorContext<KF, VF>,
  ): StreamRecord<K2, V2> | Iterable<StreamRecord<K2, V2>> | undefined
  close?(): Unawaited
}

/** How a task gets its processor, as the plan has it; erased types. */
export interface ProcessorSpec {
  readonly create: () => Processor<unknown, unknown, unknown, unknown>
}

/** What a transformer of a table's values may ask of its task. It cannot forward. */
export interface TransformerContext extends Omit<ProcessorContext, 'forward'> {
  /** Event time of the update, ms; -1 if the value is looked up and was never there. */
  readonly timestamp: number
  readonly headers: Headers
}

/** Makes new values of a table's; for one task (Java's ValueTransformerWithKey). It must not depend on the order of its calls. */
export interface ValueTransformer<K, V, V2> {
  init?(context: TransformerContext): Unawaited
  /** @param value null: the key was deleted. */
  transform(value: V | null, key: K, context: TransformerContext): V2 | null
  close?(): Unawaited
}

/** How a task gets its transformer; erased types. */
export interface TransformerSpec {
  readonly create: () => ValueTransformer<unknown, unknown, unknown>
}

export type { Headers, RecordMetadata, StreamRecord }
