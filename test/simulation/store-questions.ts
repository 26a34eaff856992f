/** What a store must say of a key. */
export interface StoreKeyValue {
  /** The name under which the topology returns the table. */
  readonly table: string
  readonly key: string
  /** Ms since the epoch; undefined: the table has no windows. */
  readonly windowStart?: number
  /** undefined: there must be nothing. */
  readonly value: unknown
  /** Its window may have expired: then there may be nothing, but nothing else. */
  readonly mayBeGone?: boolean
}
