import type { Headers } from '../core/record.ts'

/**
 * The hot path of one task: reads record batches, writes record batches and, given a program, runs a region in
 * between (a `RegionProgram`). Two implementations pass one suite: WebAssembly (`wasm/`) and its reference in JavaScript (`reference/`).
 */
export interface Kernel {
  readonly reader: BatchReader
  readonly writers: BatchWriters
  /** Present when the kernel was made with a program. */
  readonly region: RegionKernel | undefined
  /** Bytes of linear memory (or an estimate of the heap) this kernel holds. */
  readonly memoryBytes: number
}

/** Decodes uncompressed record batches v2 into columns, a stretch at a time. */
export interface BatchReader {
  /**
   * Takes whole batches, replacing what was loaded; the bytes are copied.
   * @param fromOffset records below it are left out (a fetch may begin in the middle of a batch).
   */
  load(runs: readonly Uint8Array[], fromOffset: number): void
  /**
   * Decodes the next records, at most `limit` (and at most 16384). Control batches are skipped.
   * Record time: base timestamp + delta, or the batch's max timestamp with LogAppendTime.
   * @returns how many; 0 when the input is used up.
   * @throws StreamsError `record-batch-corrupt` with the batch's base offset. Checked before use, of control batches too:
   *   the batch is whole, batchLength >= 49, magic 2, CRC, no compression, base offset, base and max timestamp within
   *   +-2^53-1, 0 <= recordCount <= bytes / 7. Of data batches: varints are at most 5 or 10 bytes (bits above 32 or 64
   *   are cut off) and end in their record, key and value lengths are -1 or fit the record, header keys >= 0, header
   *   count >= 0, record times (not with LogAppendTime) within +-2^53-1; records use up the batch, fields the record.
   */
  decode(limit?: number): number
  /** Of the records last decoded. Views are valid until the next load or decode. */
  offset(index: number): number
  timestamp(index: number): number
  key(index: number): Uint8Array | null
  value(index: number): Uint8Array | null
  headers(index: number): Headers
}

export interface ProducerStamp {
  readonly producerId: number
  readonly producerEpoch: number
  readonly sequence: number
  readonly transactional: boolean
}

/** Encodes records into batches v2; several batches can be open at once. */
export interface BatchWriters {
  /** Makes a writer of batches of at most `limit` bytes. @returns its number. */
  open(limit: number): number
  /**
   * A batch is full iff it holds a record and `size + 63 + key bytes + value bytes + header bytes > limit`, where size is
   * that of the batch so far with its 61-byte header, null counts as 0 bytes, and the headers are counted as they are
   * encoded, with their count (1 byte when there are none).
   * Region output follows the same rule, so that both kernels end their batches at the same record.
   * @returns false, having written nothing, when the batch is full: close it and append again.
   */
  append(
    writer: number,
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers?: Headers,
  ): boolean
  /** Records in the open batch. */
  records(writer: number): number
  /** Seals the open batch (which must hold a record): base offset 0, leader epoch -1. @returns a view of its bytes, valid until the next call of any kernel method. */
  close(writer: number, stamp: ProducerStamp): Uint8Array
}

export type BadReason = 'key' | 'value' | 'timestamp'

export interface BadRecord {
  /** Among the records last decoded. */
  readonly index: number
  readonly reason: BadReason
}

/** Counters since the kernel was made. */
export interface RegionCounters {
  readonly records: number
  readonly filtered: number
  readonly nullKeys: number
  readonly nullValues: number
  readonly late: number
  readonly negativeTimestamps: number
  readonly evicted: number
  readonly diskReads: number
}

export interface Aggregated {
  readonly value: number
  readonly timestamp: number
}

/**
 * One region: per stretch of decoded records `check`, `locate`, (`fill` what is missing), `apply`; at a commit `emit`,
 * `committed`; for a checkpoint `snapshot`, `acknowledge`.
 *
 * A row's key is `window start int64 | record key` (without windows the record key alone), its value
 * `timestamp int64 | count int64`; segments are numbered as in Java: window start / segmentMs (without windows: 0).
 */
export interface RegionKernel {
  /** Checks keys and values and extracts fields and times. @returns the bad records in order; each must be skipped or end the task. */
  check(): readonly BadRecord[]
  /** Leaves a bad record out. */
  skip(index: number): void
  /** Filters, assigns windows, drops late records, and finds or makes the entries. @returns how many entries must be read from disk. */
  locate(): number
  missing(index: number): { readonly segment: number; readonly key: Uint8Array }
  /** @param row the row's value on disk, undefined if there is none. */
  fill(index: number, row: Uint8Array | undefined): void
  /**
   * Aggregates and emits: outputs carry the headers of the record that caused them, changelog records none.
   * @returns the number of a writer that is full (close it and call again), or -1 when the stretch is done.
   */
  apply(): number
  /**
   * Writes the coalesced changelog records that are due, oldest first, but for the last `keep`: some before the commit,
   * so that it need not wait for all of them, and at the commit the rest (0). A row that changes again is due again.
   * @returns as `apply`.
   */
  emit(keep: number): number
  /** The commit succeeded or its records are all sealed: later changes belong to the next commit. */
  committed(): void

  /**
   * Applies the records last decoded as changelog records (the last wins, null deletes): key `record key | start int64 |
   * seq int32` (without windows the record key), value `count int64`, the record's time.
   * @throws StreamsError `record-batch-corrupt` with the record's offset: null key, key below 12 bytes, value not of 8
   *   bytes, start or count not within 0..2^53-1.
   */
  restore(): void
  /**
   * Segments that have rows on disk (entries of other segments need no read), and the latest window start among the
   * rows, -1 if there are none: the store's time. Given once, after open.
   */
  setDiskSegments(segments: readonly number[], storeTime: number): void
  /**
   * Copies the rows changed since the last snapshot, packed as core/packed-rows, leaving expired segments out.
   * At most one snapshot is under way at a time.
   */
  snapshot(): readonly { readonly segment: number; readonly rows: Uint8Array }[]
  /**
   * Copies the rows that no acknowledged snapshot covers, of the segments that `wanted` asks for, packed as
   * core/packed-rows, in no order; one may come twice, the same. Nothing changes: for queries.
   */
  unsaved(
    wanted: (segment: number) => boolean,
  ): readonly { readonly segment: number; readonly rows: readonly Uint8Array[] }[]
  /** The latest window start put, -1 before the first. */
  readonly storeTime: number
  /** The last snapshot is on disk: its entries that did not change since may be evicted. */
  acknowledge(): void
  /** Forgets the segments that have expired (all of whose windows lie before the store's time less retention). @returns their numbers. */
  expire(): readonly number[]
  /** @returns 'unknown' when the row must be looked up on disk; undefined when there is none, or it has expired. */
  get(key: Uint8Array, windowStart: number): Aggregated | undefined | 'unknown'

  /** Memory for entries; clean ones are evicted (CLOCK) above it. Bytes. */
  setCapacity(bytes: number): void
  /** Bytes of all entries, and of those that no acknowledged snapshot covers. */
  readonly usedBytes: number
  readonly dirtyBytes: number

  /** Largest event time of the records read, also of those filtered out or dropped; -1 before the first. */
  readonly partitionTime: number
  /** The operator's observed stream time, -1 before the first record. Set once, before the first record. */
  streamTime: number
  readonly counters: RegionCounters
}
