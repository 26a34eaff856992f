/** A header's value may be null, as in Kafka; names may repeat, so headers are a list. */
export interface Header {
  readonly key: string
  readonly value: Uint8Array | null
}

export type Headers = readonly Header[]

export const noHeaders: Headers = []

/** One record as operators and processors see it. */
export interface StreamRecord<K, V> {
  readonly key: K
  readonly value: V
  /** Event time, ms since the epoch. */
  readonly timestamp: number
  readonly headers: Headers
}

/** Where a record came from. */
export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** A record as it lies in a topic. */
export interface RawRecord extends RecordMetadata {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** Ms since the epoch; negative ones occur. */
  readonly timestamp: number
  readonly headers: Headers
}

/**
 * What is known of the record being processed (Java's ProcessorRecordContext). Stores take time and headers of their
 * changelog records from it.
 */
export interface RecordContext {
  /** Undefined in a punctuation. */
  metadata: RecordMetadata | undefined
  timestamp: number
  headers: Headers
}
