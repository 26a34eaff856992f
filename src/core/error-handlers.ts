import type { Headers, RecordMetadata, StreamRecord } from './record.ts'

/** What a handler may answer by one word; it is then the dead letter topic's, if the application names one. */
export type Verdict = 'fail' | 'continue'

/**
 * `retry`: everything begins anew from the last commit. Only for what the broker may take another time (`retriable`);
 * otherwise it is `fail`, as in Java.
 */
export type ProductionVerdict = Verdict | 'retry'

/** A verdict, and the records to write instead of the usual dead letter. */
export interface HandlerResponse<V extends ProductionVerdict = Verdict> {
  readonly result: V
  readonly deadLetters: readonly DeadLetter[]
}

export interface DeadLetter {
  readonly topic: string
  /** By the key if not given. */
  readonly partition?: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: Headers
}

/** Where and with which input something failed (Java's ErrorHandlerContext). */
export interface FailureContext {
  readonly node: string
  /** `<subtopology>_<partition>`. */
  readonly taskId: string
  /** Of the input record; undefined in a punctuation. */
  readonly source: RecordMetadata | undefined
  /** Bytes of the input record; null where they are not known any more. */
  readonly sourceKey: Uint8Array | null
  readonly sourceValue: Uint8Array | null
  readonly timestamp: number
  readonly headers: Headers
  readonly error: unknown
}

/** A record whose bytes the source's serdes or its timestamp expression cannot read. */
export interface BadInput extends FailureContext {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly part: 'key' | 'value' | 'timestamp'
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

/** A function of the topology that threw (KIP-1033). */
export interface ProcessingFailure extends FailureContext {
  /** What the node was given; undefined in a punctuation. */
  readonly record: StreamRecord<unknown, unknown> | undefined
}

/** A record that could not be written. */
export interface ProductionFailure extends FailureContext {
  readonly topic: string
  /** What its serde could not write; `record`: it is too large, or the broker refused it. */
  readonly part: 'key' | 'value' | 'record'
  /** What the sink was given. Key and value are bytes if the broker refused the record, or a store wrote it. */
  readonly record: StreamRecord<unknown, unknown>
  /** The broker may take it another time: it was tried until the delivery timeout (Java's RetriableException). */
  readonly retriable: boolean
  /**
   * Whose changelog it belongs to. Without the record the store goes on with the new value, here, and has the former
   * one where it is restored; so it is in Java.
   */
  readonly store: string | undefined
}

/** `fail` ends the application with nothing committed past the record; `continue` counts and skips it. */
export type ErrorHandler<Failure, Answer extends ProductionVerdict = Verdict> =
  | Verdict
  | ((failure: Failure) => Answer | HandlerResponse<Answer>)

export type DeserializationHandler = ErrorHandler<BadInput>
export type ProcessingHandler = ErrorHandler<ProcessingFailure>
/** As one word `fail` is Java's DefaultProductionExceptionHandler: what is retriable is retried. */
export type ProductionHandler = ErrorHandler<ProductionFailure, ProductionVerdict>
