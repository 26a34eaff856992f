import type { DropReason } from '../core/hooks.ts'
import type { Headers, RecordContext, RecordMetadata, StreamRecord } from '../core/record.ts'
import type { PunctuationType } from '../plan/processor-spec.ts'
import type { Operator } from './operator.ts'

/**
 * What a task offers its operators. Whoever forwards a record with another time or other headers than it got does so by
 * `forward`, since stores log with the time and headers of `record`; whoever forwards one of another origin (caches,
 * buffers) by `forwardAs`.
 */
export interface OperatorContext {
  readonly applicationId: string
  /** `<subtopology>_<partition>`. */
  readonly taskId: string
  readonly partition: number
  readonly record: RecordContext
  /** Largest timestamp of any record the task has begun to process, -1 before the first. */
  readonly streamTime: number
  /** Ms since the epoch. */
  readonly systemTime: number
  readonly emitIntervals: EmitIntervals
  /** A store as its kind says (`store/state-stores.ts`). @throws StreamsError `store-unknown` */
  store<S>(name: string): S
  /** A store that every task has whole, for reading; undefined if no global store has the name. */
  globalStore<S>(name: string): S | undefined
  /** Hands a record on, as the context's record while it is processed there. */
  forward(next: Operator, record: StreamRecord<unknown, unknown>): void
  /** As `forward`, for a record that came from elsewhere than the one being processed. */
  forwardAs(
    next: Operator,
    record: StreamRecord<unknown, unknown>,
    metadata: RecordMetadata | undefined,
  ): void
  /** Counts a record that leaves the pipeline without a result. */
  dropped(node: string, reason: DropReason): void
  /** The highest timestamp a node has seen, -1 before the first; the task keeps it over restarts. Nodes that name the same share it. */
  operatorTime(node: string): { value: number }
  /** @returns a function that cancels. */
  schedule(
    node: string,
    options: { readonly everyMs: number; readonly on: PunctuationType; readonly startAt?: number },
    punctuate: (timestamp: number) => void,
  ): () => void
  /** A processor asks for a commit soon. */
  requestCommit(): void
  readonly sender: RecordSender
  /** Asks the production handler about a record that cannot be written. Returning means: go on without it. @throws `error` */
  notWritten(unwritten: UnwrittenRecord, error: unknown): void
}

export interface UnwrittenRecord {
  readonly node: string
  readonly topic: string
  /** What its serde refused; the record as a whole is too large. */
  readonly part: 'key' | 'value' | 'record'
  readonly record: StreamRecord<unknown, unknown>
}

/**
 * How often, in wall-clock ms, a node looks for results that have become final: looking costs a walk through a store.
 * Java's internal `__emit.interval.ms.kstreams...` configs, 1000; 0 looks at every record.
 */
export interface EmitIntervals {
  /** Unmatched records of left and outer stream-stream joins. */
  readonly outerJoinMs: number
  /** Windows that have closed. */
  readonly windowCloseMs: number
}

/** Who writes a record, in case it cannot be written: one object for each sink and store, not for each record. */
export interface RecordOrigin {
  readonly node: string
  /** It goes to this store's changelog. */
  readonly store?: string
  /** The record being processed; absent: not known of what is written. */
  readonly cause?: Readonly<Pick<RecordContext, 'metadata'>>
}

/** Where records leave the task. */
export interface RecordSender {
  /** @throws StreamsError `topic-missing` */
  partitionsOf(topic: string): number
  /**
   * @param topic its real name.
   * @param partition undefined: by murmur2 of the key's bytes, or the input's partition if there is no key.
   * @param origin undefined: a dead letter, about which nobody is asked.
   * @throws StreamsError `record-too-large`
   */
  send(
    topic: string,
    partition: number | undefined,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers,
    origin: RecordOrigin | undefined,
  ): void
}
