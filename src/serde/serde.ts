/**
 * What the kernel may assume of a serde's bytes, and what it therefore checks of every record at the source:
 * `json` well-formed JSON, `utf8` any bytes read as text, `bytes` any bytes, a number exactly so many bytes.
 */
export type SerdeFormat = 'json' | 'utf8' | 'bytes' | number

/** Turns values into Kafka's bytes and back. A Kafka null never reaches a serde: it stays `null`. */
export interface Serde<T> {
  readonly name: string
  /** Absent when only this serde's own code can read its bytes; its records are then processed one at a time. */
  readonly format?: SerdeFormat
  /** @throws StreamsError `value-out-of-range` if the bytes cannot hold the value. */
  serialize(value: T): Uint8Array
  /** @param bytes may be a view that is reused later: copy what is kept. @throws any error if they are malformed. */
  deserialize(bytes: Uint8Array): T
}

/** The type a serde reads and writes. */
export type TypeOf<S> = S extends Serde<infer T> ? T : never
