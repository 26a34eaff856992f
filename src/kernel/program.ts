import type { SerdeFormat } from '../serde/serde.ts'

/** A condition over the extracted fields. A field that is absent or of another type makes a comparison false. */
export type Predicate =
  | {
      readonly kind: 'compare'
      /** Index into `RegionProgram.fields`. */
      readonly field: number
      readonly op: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'
      /** Text and booleans only with eq and ne. */
      readonly value: string | number | boolean
    }
  | { readonly kind: 'and' | 'or'; readonly left: Predicate; readonly right: Predicate }
  | { readonly kind: 'not'; readonly operand: Predicate }

/** A part of an output key. `time` prints a window bound in UTC: runs of y M d H m s S are zero-padded digits, the rest is literal. */
export type KeyPart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'key' }
  | { readonly kind: 'time'; readonly of: 'start' | 'end'; readonly pattern: string }
  /** The window start as a big-endian int64: Java's TimeWindowedSerializer is key followed by this. */
  | { readonly kind: 'start' }

export interface RegionWindows {
  readonly sizeMs: number
  readonly graceMs: number
  readonly retentionMs: number
  /** Java's rule: max(retention / 2, 60 s). */
  readonly segmentMs: number
}

/**
 * What a region does, as data: decode, check, extract, filter, window, count, emit. Both kernels run exactly this.
 * Writers are numbered: the output's partitions first, then one for the changelog if there is one.
 */
export interface RegionProgram {
  readonly keyFormat: SerdeFormat
  readonly valueFormat: SerdeFormat
  /** JSON paths, extracted as columns. Of a name that occurs twice the last counts, as in JSON.parse. */
  readonly fields: readonly (readonly string[])[]
  /** Event time from a numeric field: round(field x unitMs); absent: the record's own timestamp. */
  readonly timestamp?: { readonly field: number; readonly unitMs: 1 | 1000 }
  readonly filter?: Predicate
  readonly aggregate: {
    readonly kind: 'count'
    /** Non-windowed counts drop null values (KStreamAggregate), windowed ones count them (KStreamWindowAggregate). */
    readonly nullValues: 'count' | 'drop'
    readonly windows?: RegionWindows
  }
  /** `each` change, as Java does, or one record per changed row at a commit. */
  readonly changelog?: { readonly mode: 'each' | 'coalesced' }
  /** Every change is emitted. */
  readonly output?: {
    readonly key: readonly KeyPart[]
    /** Records go to murmur2(output key) mod partitions, or of the inner key for `partitionBy: 'key'` (WindowedStreamPartitioner). */
    readonly partitions: number
    readonly partitionBy: 'output-key' | 'key'
  }
  /** Upper size of an encoded batch, bytes; a single larger record gets a batch of its own. */
  readonly batchBytes: number
}
