import type { Headers } from '../core/record.ts'

/** One record of a changelog, as a store gets it back when it is restored. */
export interface ChangelogRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly key: Uint8Array
  /** Null: deleted. */
  readonly value: Uint8Array | null
  /** Ms since the epoch. */
  readonly timestamp: number
  readonly headers: Headers
}
