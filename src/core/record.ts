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
