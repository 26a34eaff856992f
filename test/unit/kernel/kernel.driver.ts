import { emptyBytes, hex, putInt64, utf8 } from '../../../src/core/bytes.ts'
import { forEachRow } from '../../../src/core/packed-rows.ts'
import type { Headers } from '../../../src/core/record.ts'
import type { Aggregated, Kernel, RegionCounters, RegionKernel } from '../../../src/kernel/kernel.ts'
import type { RegionProgram, RegionWindows } from '../../../src/kernel/program.ts'
import { type DecodedRecord, decodeBatches } from '../../../src/protocol/record-batch/decode.ts'
import { type EncodeOptions, encodeBatch } from '../../../src/protocol/record-batch/encode.ts'

export type CreateKernel = (program?: RegionProgram) => Kernel

/** A record for people to write: text keys and values, JSON for other values. */
export interface Input {
  readonly timestamp?: number
  readonly key?: string | Uint8Array | null
  readonly value?: unknown
  readonly headers?: Headers
}

export function bytesOf(value: unknown): Uint8Array | null {
  if (value === null || value instanceof Uint8Array) return value
  return utf8(typeof value === 'string' ? value : JSON.stringify(value))
}

export function batchOf(inputs: readonly Input[], options: EncodeOptions = {}): Uint8Array {
  if (inputs.length === 0) return emptyBytes
  return encodeBatch(
    inputs.map(({ timestamp = 0, key = 'k', value = '{}', headers = [] }) => ({
      timestamp,
      key: bytesOf(key),
      value: bytesOf(value),
      headers,
    })),
    options,
  )
}

/** Counts JSON records by key, every change to one output partition and to the changelog, unless said otherwise. */
export function programOf(changes: Partial<RegionProgram> = {}): RegionProgram {
  return {
    keyFormat: 'utf8',
    valueFormat: 'json',
    fields: [],
    aggregate: { kind: 'count', nullValues: 'drop' },
    changelog: { mode: 'each' },
    output: { key: [{ kind: 'key' }], partitions: 1, partitionBy: 'output-key' },
    batchBytes: 100_000,
    ...changes,
  }
}

export function windowsOf(changes: Partial<RegionWindows> = {}): RegionProgram['aggregate'] {
  return {
    kind: 'count',
    nullValues: 'count',
    windows: { sizeMs: 100, graceMs: 50, retentionMs: 400, segmentMs: 200, ...changes },
  }
}

export function int64Of(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8)
  values.forEach((value, i) => {
    putInt64(new DataView(bytes.buffer), i * 8, value)
  })
  return bytes
}

const stamp = { producerId: 7, producerEpoch: 1, transactional: true }

/** One closed batch. */
interface Closed {
  readonly writer: number
  readonly bytes: Uint8Array
}

/** Rows on disk begin with their window start. */
function latestStart(disk: ReadonlyMap<number, ReadonlyMap<string, Uint8Array>>): number {
  let latest = -1
  for (const rows of disk.values())
    for (const name of rows.keys()) latest = Math.max(latest, Number(`0x${name.slice(0, 16)}`))
  return latest
}

/** Runs a region as a task does, with a disk that is a map, and remembers all that comes out. */
export class Driver {
  readonly kernel: Kernel
  readonly region: RegionKernel
  readonly writers: number
  readonly closed: Closed[] = []
  readonly bad: string[] = []
  /** Row key to value by segment, as the last acknowledged snapshot left it. */
  readonly disk: Map<number, Map<string, Uint8Array>>
  #snapshot: readonly { readonly segment: number; readonly rows: Uint8Array }[] | undefined
  readonly #sequences: number[]

  constructor(kernel: Kernel, program: RegionProgram, disk = new Map<number, Map<string, Uint8Array>>()) {
    this.kernel = kernel
    this.region = kernel.region!
    this.writers = (program.output?.partitions ?? 0) + (program.changelog ? 1 : 0)
    this.#sequences = Array.from({ length: this.writers }, () => 0)
    this.disk = disk
    if (disk.size > 0) {
      const segments = [...disk.keys()].sort((a, b) => a - b)
      this.region.setDiskSegments(segments, program.aggregate.windows ? latestStart(disk) : 0)
    }
  }

  /** Changelog records that `process` holds back for the commit; by default all. */
  keep = 2 ** 31

  /** @returns missing rows that were read. */
  process(runs: readonly Uint8Array[], stretch = 16384, fromOffset = 0): number {
    const { reader } = this.kernel
    let reads = 0
    reader.load(runs, fromOffset)
    while (reader.decode(stretch) > 0) {
      for (const { index, reason } of this.region.check()) {
        this.bad.push(`${reader.offset(index)} ${reason}`)
        this.region.skip(index)
      }
      reads += this.#fill(this.region.locate())
      this.#until(() => this.region.apply())
      this.#until(() => this.region.emit(this.keep))
    }
    return reads
  }

  restore(runs: readonly Uint8Array[], stretch = 16384): void {
    this.kernel.reader.load(runs, 0)
    while (this.kernel.reader.decode(stretch) > 0) this.region.restore()
  }

  /** Writes what is due and closes all batches. */
  commit(): void {
    this.#until(() => this.region.emit(0))
    for (let writer = 0; writer < this.writers; writer++)
      if (this.kernel.writers.records(writer) > 0) this.close(writer)
    this.region.committed()
  }

  close(writer: number): void {
    const sequence = this.#sequences[writer]!
    this.#sequences[writer] = sequence + this.kernel.writers.records(writer)
    this.closed.push({ writer, bytes: this.kernel.writers.close(writer, { ...stamp, sequence }).slice() })
  }

  /** @returns `segment: key=value` of each row, in order. */
  snapshot(): string[] {
    this.#snapshot = this.region.snapshot().map(({ segment, rows }) => ({ segment, rows: rows.slice() }))
    return this.#snapshot.flatMap(({ segment, rows }) => {
      const lines: string[] = []
      forEachRow(rows, (key, value) =>
        lines.push(`${segment}: ${hex(key)}=${value ? hex(value) : 'deleted'}`),
      )
      return lines
    })
  }

  acknowledge(): void {
    for (const { segment, rows } of this.#snapshot ?? []) {
      const onDisk = this.disk.get(segment) ?? new Map<string, Uint8Array>()
      this.disk.set(segment, onDisk)
      forEachRow(rows, (key, value) => {
        if (value) onDisk.set(hex(key), value.slice())
        else onDisk.delete(hex(key))
      })
    }
    if (this.#snapshot) this.region.acknowledge()
    this.#snapshot = undefined
  }

  expire(): readonly number[] {
    const segments = this.region.expire()
    for (const segment of segments) this.disk.delete(segment)
    return segments
  }

  /** What the kernel says, or the disk where the kernel does not know. */
  get(key: Uint8Array, start: number, windows: RegionWindows | undefined): Aggregated | undefined {
    const found = this.region.get(key, start)
    if (found !== 'unknown') return found
    const name = (windows ? hex(int64Of(start)) : '') + hex(key)
    const row = this.disk.get(windows ? Math.floor(start / windows.segmentMs) : 0)?.get(name)
    if (!row) return undefined
    const view = new DataView(row.buffer, row.byteOffset, row.byteLength)
    return { timestamp: Number(view.getBigInt64(0)), value: Number(view.getBigInt64(8)) }
  }

  /** All records that left by a writer. */
  sent(writer: number): DecodedRecord[] {
    return this.closed
      .filter((closed) => closed.writer === writer)
      .flatMap(({ bytes }) => decodeBatches(bytes))
  }

  /** The counters that do not depend on what fits into memory. */
  get counters(): Omit<RegionCounters, 'evicted' | 'diskReads'> {
    const { evicted: _evicted, diskReads: _diskReads, ...counters } = this.region.counters
    return counters
  }

  #fill(missing: number): number {
    for (let i = 0; i < missing; i++) {
      const { segment, key } = this.region.missing(i)
      this.region.fill(i, this.disk.get(segment)?.get(hex(key)))
    }
    return missing
  }

  #until(run: () => number): void {
    for (let full = run(); full >= 0; full = run()) this.close(full)
  }
}

/** `key=count@timestamp` of a record that holds a count. */
export function countLine({ key, value, timestamp }: DecodedRecord): string {
  const view = new DataView(value!.buffer, value!.byteOffset, value!.byteLength)
  return `${key === null ? null : Buffer.from(key).toString()}=${view.getBigInt64(0)}@${timestamp}`
}

/** One batch of the inputs, processed and committed. */
export function run(
  create: CreateKernel,
  program: RegionProgram,
  inputs: readonly Input[],
  stretch?: number,
): Driver {
  const driver = new Driver(create(program), program)
  driver.process([batchOf(inputs)], stretch)
  driver.commit()
  return driver
}

export function countLines(driver: Driver, writer = 0): string[] {
  return driver.sent(writer).map(countLine)
}
