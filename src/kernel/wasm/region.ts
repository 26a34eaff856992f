import { getInt64, putInt64 } from '../../core/bytes.ts'
import { StreamsError } from '../../core/errors.ts'
import type { KernelExports } from '../abi.ts'
import { entryAt, recordStatus, statAt } from '../abi.ts'
import type { Aggregated, BadReason, BadRecord, RegionCounters, RegionKernel } from '../kernel.ts'
import type { RegionProgram } from '../program.ts'
import { fieldAt, parseJson } from '../reference/json-fields.ts'
import { holds } from '../reference/predicate.ts'
import type { LinearMemory } from './linear-memory.ts'
import { programImage } from './program-image.ts'
import type { WasmBatchReader } from './reader.ts'

const noRecords: readonly BadRecord[] = []

const reasons: ReadonlyMap<number, BadReason> = new Map([
  [recordStatus.badKey, 'key'],
  [recordStatus.badValue, 'value'],
  [recordStatus.badTime, 'timestamp'],
])

/** What assembly/restore.ts found wrong, by its number. */
const restoreProblems: readonly string[] = [
  '',
  'its key is null or shorter than a window',
  'its value is not of 8 bytes',
  'its window start is not within 0..2^53',
  'its count is not within 0..2^53',
]

const rowBytes = 16
/** Instead of an entry's address. */
const lookupNone = 0
const lookupUnknown = 1

/** A region in the kernel: calls, and the rare record whose fields need JSON.parse. */
export class WasmRegion implements RegionKernel {
  readonly #program: RegionProgram
  readonly #exports: KernelExports
  readonly #memory: LinearMemory
  readonly #reader: WasmBatchReader
  readonly #statuses: number
  /** Index of the first counter among the doubles. */
  readonly #stats: number

  constructor(program: RegionProgram, exports: KernelExports, memory: LinearMemory, reader: WasmBatchReader) {
    this.#program = program
    this.#exports = exports
    this.#memory = memory
    this.#reader = reader
    // The size of the image does not depend on where it lies.
    const base = exports.alloc(programImage(program, 0).length) >>> 0
    memory.refresh()
    memory.bytes.set(programImage(program, base), base)
    exports.openRegion(base)
    memory.refresh()
    this.#statuses = exports.statusesPlace() >>> 0
    this.#stats = exports.statsPlace() >>> 3
  }

  check(): readonly BadRecord[] {
    let exceptions = this.#exports.check()
    this.#memory.refresh()
    if (exceptions === 0) return noRecords
    const bad: BadRecord[] = []
    for (let index = 0; exceptions > 0; index++) {
      let status = this.#memory.bytes[this.#statuses + index]!
      if (status === recordStatus.good) continue
      exceptions--
      if (status === recordStatus.inexact) status = this.#resolve(index)
      const reason = reasons.get(status)
      if (reason !== undefined) bad.push({ index, reason })
    }
    return bad
  }

  /** Decides by JSON.parse what the kernel could not. @returns the record's status. */
  #resolve(index: number): number {
    const { fields: paths, filter, timestamp } = this.#program
    const value = parseJson(this.#reader.valueInPlace(index))
    const fields = paths.map((path) => fieldAt(value, path))
    const time = timestamp && fields[timestamp.field]
    const passes = !filter || holds(filter, fields)
    return this.#exports.resolve(index, typeof time === 'number' ? time : Number.NaN, passes ? 1 : 0)
  }

  skip(index: number): void {
    this.#exports.skip(index)
  }

  locate(): number {
    const missing = this.#exports.locate()
    this.#memory.refresh()
    return missing
  }

  missing(index: number): { readonly segment: number; readonly key: Uint8Array } {
    const entry = this.#exports.missingRow(index) >>> 0
    const keyAt = entry + entryAt.key
    const recordKey = this.#memory.bytes.subarray(
      keyAt,
      keyAt + this.#memory.address(entry + entryAt.keyLength),
    )
    const { windows } = this.#program.aggregate
    if (!windows) return { segment: 0, key: recordKey.slice() }
    const start = this.#memory.int64(entry + entryAt.start)
    const key = new Uint8Array(8 + recordKey.length)
    putInt64(new DataView(key.buffer), 0, start)
    key.set(recordKey, 8)
    return { segment: Math.floor(start / windows.segmentMs), key }
  }

  fill(index: number, row: Uint8Array | undefined): void {
    if (!row) {
      this.#exports.fill(index, 0, 0, 0)
      return
    }
    if (row.length !== rowBytes)
      throw new StreamsError(
        'state-unreadable',
        `a row of a count has ${row.length} bytes instead of ${rowBytes}`,
      )
    const view = new DataView(row.buffer, row.byteOffset, row.byteLength)
    this.#exports.fill(index, 1, getInt64(view, 0), getInt64(view, 8))
  }

  apply(): number {
    const full = this.#exports.apply()
    this.#memory.refresh()
    return full
  }

  emit(keep: number): number {
    const full = this.#exports.emit(keep)
    this.#memory.refresh()
    return full
  }

  committed(): void {
    this.#exports.committed()
  }

  restore(): void {
    const problem = this.#exports.restore()
    this.#memory.refresh()
    if (problem === 0) return
    const offset = this.#reader.offset(this.#exports.malformedRecord())
    throw new StreamsError(
      'record-batch-corrupt',
      `the changelog record at offset ${offset} is not a count: ${restoreProblems[problem]}`,
      { details: { offset } },
    )
  }

  setDiskSegments(segments: readonly number[], storeTime: number): void {
    this.#exports.setStoreTime(storeTime)
    for (const segment of segments) this.#exports.setDiskSegment(segment)
    this.#memory.refresh()
  }

  snapshot(): readonly { readonly segment: number; readonly rows: Uint8Array }[] {
    const parts: { readonly segment: number; readonly rows: Uint8Array }[] = []
    this.#exports.beginSnapshot()
    for (
      let segment = this.#exports.nextSnapshotSegment();
      segment >= 0;
      segment = this.#exports.nextSnapshotSegment()
    )
      parts.push({ segment, rows: this.#copyRows() })
    return parts
  }

  #copyRows(): Uint8Array {
    const rows = new Uint8Array(this.#exports.snapshotBytes() >>> 0)
    let size = 0
    for (let bytes = this.#exports.packRows(); bytes > 0; bytes = this.#exports.packRows()) {
      this.#memory.refresh()
      const at = this.#exports.packedPlace() >>> 0
      rows.set(this.#memory.bytes.subarray(at, at + bytes), size)
      size += bytes
    }
    return rows.subarray(0, size)
  }

  unsaved(
    wanted: (segment: number) => boolean,
  ): readonly { readonly segment: number; readonly rows: readonly Uint8Array[] }[] {
    const parts: { readonly segment: number; readonly rows: readonly Uint8Array[] }[] = []
    this.#exports.beginScan()
    for (let id = this.#exports.nextScanSegment(); id >= 0; id = this.#exports.nextScanSegment())
      if (wanted(id)) parts.push({ segment: id, rows: this.#copyUnsaved() })
    return parts
  }

  #copyUnsaved(): readonly Uint8Array[] {
    const blocks: Uint8Array[] = []
    for (let bytes = this.#exports.scanRows(); bytes > 0; bytes = this.#exports.scanRows()) {
      this.#memory.refresh()
      const at = this.#exports.packedPlace() >>> 0
      blocks.push(this.#memory.bytes.slice(at, at + bytes))
    }
    this.#memory.refresh()
    return blocks
  }

  get storeTime(): number {
    return this.#exports.getStoreTime()
  }

  acknowledge(): void {
    this.#exports.acknowledge()
  }

  expire(): readonly number[] {
    const segments: number[] = []
    for (let id = this.#exports.expireSegment(); id >= 0; id = this.#exports.expireSegment())
      segments.push(id)
    return segments
  }

  get(key: Uint8Array, windowStart: number): Aggregated | undefined | 'unknown' {
    const at = this.#exports.lookupKey(key.length) >>> 0
    this.#memory.refresh()
    this.#memory.put(at, key)
    const entry = this.#exports.lookup(key.length, windowStart) >>> 0
    if (entry === lookupNone) return undefined
    if (entry === lookupUnknown) return 'unknown'
    return {
      value: this.#memory.int64(entry + entryAt.count),
      timestamp: this.#memory.int64(entry + entryAt.timestamp),
    }
  }

  setCapacity(bytes: number): void {
    this.#exports.setCapacity(bytes)
  }

  get usedBytes(): number {
    return this.#exports.usedBytes()
  }

  get dirtyBytes(): number {
    return this.#exports.dirtyBytes()
  }

  get partitionTime(): number {
    return this.#exports.getPartitionTime()
  }

  get streamTime(): number {
    return this.#exports.getStreamTime()
  }

  set streamTime(time: number) {
    this.#exports.setStreamTime(time)
  }

  get counters(): RegionCounters {
    const stat = (index: number): number => this.#memory.doubles[this.#stats + index]!
    return {
      records: stat(statAt.records),
      filtered: stat(statAt.filtered),
      nullKeys: stat(statAt.nullKeys),
      nullValues: stat(statAt.nullValues),
      late: stat(statAt.late),
      negativeTimestamps: stat(statAt.negativeTimestamps),
      evicted: stat(statAt.evicted),
      diskReads: stat(statAt.diskReads),
    }
  }
}
