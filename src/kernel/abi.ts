/** Must equal `abiVersion` of assembly/abi.ts: raised with every change of an export or of a layout read here. */
export const abiVersion = 4

/**
 * Every export of the kernel. Addresses and sizes are unsigned 32-bit numbers that arrive signed: `>>> 0` them.
 * Times, offsets and counts travel as doubles, which hold them exactly to 2^53.
 */
export interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  abiVersion(): number
  /** @returns the address of memory that is never freed. */
  alloc(bytes: number): number
  crc32c(address: number, bytes: number): number

  /** The addresses of the columns, as `columnAt` orders them. */
  columnsPlace(): number
  /** @returns where to put so many bytes of batches before `begin`. */
  inputBuffer(bytes: number): number
  begin(bytes: number, fromOffset: number): void
  /** @returns how many records, or what is wrong as a negative index into `problems` (reader.ts). */
  decode(limit: number): number
  batchOffset(): number

  openWriter(limit: number): number
  /** @returns where to put the key, 0 if the record does not fit; the value goes to `valuePlace`, the headers behind it. */
  append(
    writer: number,
    timestamp: number,
    keyLength: number,
    valueLength: number,
    headersBytes: number,
    room: number,
  ): number
  valuePlace(): number
  writerRecords(writer: number): number
  /** @returns the size of the batch, which lies at `batchPlace`. */
  closeWriter(
    writer: number,
    producerId: number,
    producerEpoch: number,
    sequence: number,
    transactional: number,
  ): number
  batchPlace(writer: number): number

  /** @param image the address of a laid-out program (wasm/program-image.ts). */
  openRegion(image: number): void
  /** @returns how many records have a status that is not good. */
  check(): number
  statusesPlace(): number
  /** Of an inexact record. @param time the event time's field, NaN if it is no number. @returns the record's status. */
  resolve(record: number, time: number, passes: number): number
  skip(record: number): void
  /** @returns how many rows are missing. */
  locate(): number
  /** @returns the address of an entry. */
  missingRow(index: number): number
  fill(index: number, exists: number, timestamp: number, count: number): void
  /** @returns the writer that is full, or -1. */
  apply(): number
  emit(keep: number): number
  committed(): void

  /** @returns 0, or what is wrong with `malformedRecord` as an index into `restoreProblems` (region.ts). */
  restore(): number
  malformedRecord(): number
  setDiskSegment(segment: number): void
  beginSnapshot(): void
  /** @returns its number, -1 at the end. */
  nextSnapshotSegment(): number
  /** Bytes that its rows take at most. */
  snapshotBytes(): number
  /** @returns how many bytes lie at `packedPlace`, 0 when the segment is done. */
  packRows(): number
  packedPlace(): number
  acknowledge(): void
  beginScan(): void
  /** @returns the next segment with rows that the disk may not have, -1 at the end. */
  nextScanSegment(): number
  /** @returns how many bytes lie at `packedPlace`, 0 when the segment is done. */
  scanRows(): number
  getStoreTime(): number
  /** Drops the next expired segment. @returns its number, or -1. */
  expireSegment(): number
  /** @returns where to put a key before `lookup`. */
  lookupKey(bytes: number): number
  /** @returns the address of an entry, 0 if there is no such row, 1 if it may be on disk. */
  lookup(keyLength: number, windowStart: number): number

  setCapacity(bytes: number): void
  usedBytes(): number
  dirtyBytes(): number
  getPartitionTime(): number
  getStreamTime(): number
  setStreamTime(time: number): void
  setStoreTime(windowStart: number): void
  statsPlace(): number
}

/** Words at `columnsPlace`. */
export const columnAt = {
  keyAt: 0,
  keyLength: 1,
  valueAt: 2,
  valueLength: 3,
  headersLength: 4,
  timestamp: 5,
  offset: 6,
} as const

/** Records of one decode, at most. */
export const mostRecords = 16_384

/** Bytes of an entry. */
export const entryAt = { timestamp: 0, count: 8, start: 16, keyLength: 24, key: 40 } as const

/** Bytes at `statusesPlace`. */
export const recordStatus = { good: 0, badKey: 3, badValue: 4, badTime: 5, inexact: 7 } as const

/** Doubles at `statsPlace`. */
export const statAt = {
  records: 0,
  filtered: 1,
  nullKeys: 2,
  nullValues: 3,
  late: 4,
  negativeTimestamps: 5,
  evicted: 6,
  diskReads: 7,
} as const
