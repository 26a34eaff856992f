import { getInt64 } from '../../core/bytes.ts'
import { StreamsError } from '../../core/errors.ts'
import { type Headers, noHeaders } from '../../core/record.ts'
import { partitionFor } from '../../protocol/partitioner.ts'
import type { DecodedRecord } from '../../protocol/record-batch/decode.ts'
import { headersSize } from '../../protocol/record-batch/encode.ts'
import type { Aggregated, BadRecord, RegionCounters, RegionKernel } from '../kernel.ts'
import type { RegionProgram } from '../program.ts'
import { changelogKey, countSize, readChangelogRecord } from './changelog-record.ts'
import { examine } from './examine.ts'
import { int64, OutputKey } from './output-key.ts'
import { holds } from './predicate.ts'
import type { ReferenceReader } from './reader.ts'
import { type Row, RowTable, storeKey } from './row-table.ts'
import type { ReferenceWriters } from './writers.ts'

/** A decoded record on its way from `check` to `locate`. */
interface Checked {
  readonly timestamp: number
  readonly fields: readonly unknown[]
  skipped: boolean
}

/** A record that passed all filters, and the row it counts into. */
interface Located {
  readonly row: Row
  readonly timestamp: number
  readonly headers: Headers
}

export class ReferenceRegion implements RegionKernel {
  readonly #program: RegionProgram
  readonly #reader: ReferenceReader
  readonly #writers: ReferenceWriters
  readonly #rows: RowTable
  readonly #windowed: boolean
  readonly #outputKey: OutputKey | undefined
  /** Its writer; -1 without a changelog. */
  readonly #changelog: number
  #checked: Checked[] = []
  #missing: Row[] = []
  #located: Located[] = []
  /** How far apply got. */
  #applied = 0
  /** Rows whose changelog record is due at the commit, in order of their first change; how far emit got. */
  #uncommitted: Row[] = []
  #emitted = 0
  readonly #counters = {
    records: 0,
    filtered: 0,
    nullKeys: 0,
    nullValues: 0,
    late: 0,
    negativeTimestamps: 0,
    evicted: 0,
    diskReads: 0,
  }
  streamTime: number = -1
  #partitionTime = -1

  constructor(program: RegionProgram, reader: ReferenceReader, writers: ReferenceWriters) {
    this.#program = program
    this.#reader = reader
    this.#writers = writers
    const { windows } = program.aggregate
    this.#rows = new RowTable(windows)
    this.#windowed = windows !== undefined
    this.#outputKey = program.output && new OutputKey(program.output.key, windows?.sizeMs ?? 0)
    const outputs = program.output?.partitions ?? 0
    for (let writer = 0; writer < outputs; writer++) writers.open(program.batchBytes)
    this.#changelog = program.changelog ? writers.open(program.batchBytes) : -1
  }

  check(): readonly BadRecord[] {
    const bad: BadRecord[] = []
    this.#checked = this.#reader.records.map((record, index) => {
      const { reason, timestamp, fields } = examine(record, this.#program)
      if (reason !== undefined) bad.push({ index, reason })
      return { timestamp, fields, skipped: false }
    })
    return bad
  }

  skip(index: number): void {
    this.#checked[index]!.skipped = true
  }

  locate(): number {
    this.#missing = []
    this.#located = []
    this.#applied = 0
    this.#checked.forEach((checked, index) => {
      if (checked.skipped) return
      const key = this.#admit(checked, this.#reader.records[index]!)
      if (key !== undefined) this.#locate(key, checked.timestamp, this.#reader.records[index]!.headers)
    })
    this.#counters.diskReads += this.#missing.length
    return this.#missing.length
  }

  missing(index: number): { readonly segment: number; readonly key: Uint8Array } {
    const row = this.#missing[index]!
    return { segment: row.segment, key: storeKey(row, this.#program.aggregate.windows) }
  }

  fill(index: number, bytes: Uint8Array | undefined): void {
    const row = this.#missing[index]!
    row.known = true
    if (bytes === undefined) return
    if (bytes.length !== 16)
      throw new StreamsError('state-unreadable', `a row of a count has ${bytes.length} bytes instead of 16`)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    row.timestamp = getInt64(view, 0)
    row.count = getInt64(view, 8)
  }

  apply(): number {
    for (; this.#applied < this.#located.length; this.#applied++) {
      const full = this.#count(this.#located[this.#applied]!)
      if (full >= 0) return full
    }
    return -1
  }

  emit(keep: number): number {
    for (; this.#emitted < this.#uncommitted.length - keep; this.#emitted++) {
      const row = this.#uncommitted[this.#emitted]!
      if (this.#isChangelogFull(row)) return this.#changelog
      this.#log(row, row.count!, row.timestamp)
      row.uncommitted = false
    }
    return -1
  }

  committed(): void {
    for (const row of this.#uncommitted) row.uncommitted = false
    this.#uncommitted = []
    this.#emitted = 0
  }

  restore(): void {
    for (const record of this.#reader.records) {
      const { key, start, count } = readChangelogRecord(record, this.#program.aggregate.windows !== undefined)
      this.#rows.put(this.#rows.findOrMake(key, start), count, record.timestamp)
    }
  }

  setDiskSegments(segments: readonly number[], storeTime: number): void {
    this.#rows.setDiskSegments(segments, storeTime)
  }

  snapshot(): readonly { readonly segment: number; readonly rows: Uint8Array }[] {
    return this.#rows.snapshot()
  }

  unsaved(
    wanted: (segment: number) => boolean,
  ): readonly { readonly segment: number; readonly rows: readonly Uint8Array[] }[] {
    return this.#rows.unsaved(wanted)
  }

  get storeTime(): number {
    return this.#rows.storeTime
  }

  acknowledge(): void {
    this.#rows.acknowledge()
  }

  expire(): readonly number[] {
    const segments = this.#rows.expire()
    if (segments.length > 0) this.#forget(new Set(segments))
    return segments
  }

  get(key: Uint8Array, windowStart: number): Aggregated | undefined | 'unknown' {
    return this.#rows.get(key, this.#windowed ? windowStart : 0)
  }

  /** Everything is kept. */
  setCapacity(_bytes: number): void {}

  get usedBytes(): number {
    return this.#rows.usedBytes
  }

  get dirtyBytes(): number {
    return this.#rows.dirtyBytes
  }

  get partitionTime(): number {
    return this.#partitionTime
  }

  get counters(): RegionCounters {
    return { ...this.#counters }
  }

  /** Counts the record. @returns its key, undefined when it is dropped. */
  #admit(checked: Checked, { key, value }: DecodedRecord): Uint8Array | undefined {
    const { filter, aggregate } = this.#program
    const counters = this.#counters
    counters.records++
    if (checked.timestamp < 0) {
      counters.negativeTimestamps++
      return undefined
    }
    this.#partitionTime = Math.max(this.#partitionTime, checked.timestamp)
    if (filter && !holds(filter, checked.fields)) counters.filtered++
    else if (key === null) counters.nullKeys++
    else if (value === null && aggregate.nullValues === 'drop') counters.nullValues++
    else return key
    return undefined
  }

  /** Java's KStreamWindowAggregate: stream time moves first, then the window must not have closed. */
  #locate(key: Uint8Array, timestamp: number, headers: Headers): void {
    this.streamTime = Math.max(this.streamTime, timestamp)
    const { windows } = this.#program.aggregate
    const start = windows ? timestamp - (timestamp % windows.sizeMs) : 0
    if (windows && start + windows.sizeMs <= this.streamTime - windows.graceMs) {
      this.#counters.late++
      return
    }
    const row = this.#rows.findOrMake(key, start)
    if (!row.known && !row.asked) {
      row.asked = true
      this.#missing.push(row)
    }
    this.#located.push({ row, timestamp, headers })
  }

  /**
   * The output carries the record's headers, the changelog record none, as in Java (KStreamWindowAggregate forwards
   * `record.withKey(...)`).
   * @returns the writer that is full, nothing having changed, or -1.
   */
  #count({ row, timestamp, headers }: Located): number {
    const outputKey = this.#outputKey?.of(row.key, row.start)
    const partition = outputKey === undefined ? -1 : this.#partition(outputKey, row.key)
    if (outputKey && this.#writers.isFull(partition, outputKey.length + countSize + headersSize(headers)))
      return partition
    const { changelog } = this.#program
    if (changelog?.mode === 'each' && this.#isChangelogFull(row)) return this.#changelog

    const count = (row.count ?? 0) + 1
    const latest = row.count === undefined ? timestamp : Math.max(row.timestamp, timestamp)
    this.#rows.put(row, count, latest)
    if (outputKey) this.#writers.append(partition, latest, outputKey, int64(count), headers)
    if (changelog?.mode === 'each') this.#log(row, count, latest)
    if (changelog?.mode === 'coalesced' && !row.uncommitted) {
      row.uncommitted = true
      this.#uncommitted.push(row)
    }
    return -1
  }

  #partition(outputKey: Uint8Array, key: Uint8Array): number {
    const { partitions, partitionBy } = this.#program.output!
    return partitionFor(partitionBy === 'key' ? key : outputKey, partitions)
  }

  #isChangelogFull(row: Row): boolean {
    return this.#writers.isFull(
      this.#changelog,
      changelogKey(row, this.#windowed).length + countSize + headersSize(noHeaders),
    )
  }

  #log(row: Row, count: number, timestamp: number): void {
    this.#writers.append(this.#changelog, timestamp, changelogKey(row, this.#windowed), int64(count))
  }

  /** Rows of expired segments are no longer logged. */
  #forget(segments: ReadonlySet<number>): void {
    this.#uncommitted = this.#uncommitted.slice(this.#emitted).filter((row) => !segments.has(row.segment))
    this.#emitted = 0
  }
}
