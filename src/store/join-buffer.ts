import { concatBytes } from '../core/bytes.ts'
import { readInt64, writeInt64 } from '../core/int64-bytes.ts'
import type { RecordContext } from '../core/record.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Serde } from '../serde/serde.ts'
import { type BufferValue, bufferValueBytes, readBufferValue, writeBufferValue } from './buffer-value.ts'
import { type ChangelogOptions, ChangelogWriter } from './changelog.ts'
import type { ChangelogRecord } from './changelog-record.ts'
import type { CheckpointedRows, RowSpaces, Rows } from './rows.ts'
import { checkpointedRows } from './space-rows.ts'
import type { JoinBuffer } from './state-stores.ts'
import { checkKey } from './typed-store.ts'

export interface JoinBufferOptions {
  readonly name: string
  readonly graceMs: number
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  readonly changelog: ChangelogOptions | undefined
  /** Its changelog records have the time of the put. */
  readonly clock: Clock
}

/** `0 | timestamp int64`, before the record key; the sequence int32, behind it. */
const headBytes = 9
const maxSequence = 0x7fff_ffff
/** What a changelog record has in place of the time of a suppress buffer. */
const noTime = 0

/**
 * Records of a stream-table join that wait for their grace (Java's RocksDBTimeOrderedKeyValueBuffer). A row and a changelog
 * record are `0 | timestamp int64 | record key | sequence int32` -> buffer value.
 */
export class JoinBytesBuffer implements JoinBuffer<unknown, unknown> {
  readonly checkpointed: CheckpointedRows
  readonly #options: JoinBufferOptions
  readonly #rows: Rows
  readonly #log: ChangelogWriter | undefined
  #time = -1
  #sequence = 0
  #size = 0
  #bytes = 0
  #minTimestamp = Number.POSITIVE_INFINITY

  constructor(options: JoinBufferOptions, spaces: RowSpaces) {
    this.#options = options
    this.#rows = spaces.open(options.name)
    this.#log = options.changelog && new ChangelogWriter(options.changelog)
    this.checkpointed = checkpointedRows(this.#rows)
    for (const [key, row] of this.#rows.range()) this.#added(key, readBufferValue(row).value)
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#bytes
  }

  get minTimestamp(): number {
    return this.#minTimestamp
  }

  put(key: unknown, value: unknown, context: Readonly<RecordContext>): boolean {
    const { name, graceMs, keySerde, valueSerde } = this.#options
    checkKey(name, key)
    if (this.#time - graceMs > context.timestamp) return false
    this.#sequence = (this.#sequence + 1) & maxSequence
    const bytes = bufferKey(keySerde.serialize(key), context.timestamp, this.#sequence)
    const { metadata, timestamp, headers } = context
    const waiting: BufferValue = {
      prior: null,
      old: null,
      new: valueSerde.serialize(value),
      context: { metadata, timestamp, headers },
    }
    this.#set(bytes, writeBufferValue(waiting, noTime))
    this.#added(bytes, waiting)
    return true
  }

  evict(emit: (key: unknown, value: unknown, context: Readonly<RecordContext>) => void): void {
    const due = this.#time - this.#options.graceMs
    for (const [key, row] of this.#rows.range({ to: bufferKey(new Uint8Array(0), due + 1) })) {
      const { value } = readBufferValue(row)
      emit(this.#readKey(key), this.#options.valueSerde.deserialize(value.new!), value.context)
      this.#set(key, null)
      this.#size--
      this.#bytes -= sizeOf(key, value)
    }
    // Java does not look for the earliest of the rest.
    this.#minTimestamp = this.#size === 0 ? Number.POSITIVE_INFINITY : due + 1
  }

  /** Applies a changelog record. */
  restore({ key, value }: Pick<ChangelogRecord, 'key' | 'value'>): void {
    const own = new Uint8Array(key)
    const before = this.#rows.get(own)
    if (before) {
      this.#size--
      this.#bytes -= sizeOf(own, readBufferValue(before).value)
    }
    this.#rows.put(own, value && new Uint8Array(value))
    this.#time = Math.max(this.#time, readInt64(own, 1))
    if (value) this.#added(own, readBufferValue(value).value)
  }

  /** What waits, in the order in which it would go. */
  *records(): IterableIterator<{
    readonly key: unknown
    readonly value: unknown
    readonly timestamp: number
  }> {
    for (const [key, row] of this.#rows.range()) {
      const { value } = readBufferValue(row)
      const { timestamp } = value.context
      yield { key: this.#readKey(key), value: this.#options.valueSerde.deserialize(value.new!), timestamp }
    }
  }

  flush(): void {
    this.#log?.flush()
  }

  #set(key: Uint8Array, row: Uint8Array | null): void {
    this.#rows.put(key, row)
    this.#log?.put(key, row, this.#options.clock.now())
  }

  #added(key: Uint8Array, value: BufferValue): void {
    const timestamp = readInt64(key, 1)
    this.#size++
    this.#bytes += sizeOf(key, value)
    this.#time = Math.max(this.#time, timestamp)
    this.#minTimestamp = Math.min(this.#minTimestamp, timestamp)
    // Java begins anew after a restart, and overwrites records from before.
    this.#sequence = Math.max(this.#sequence, sequenceOf(key))
  }

  #readKey(key: Uint8Array): unknown {
    return this.#options.keySerde.deserialize(key.subarray(headBytes, key.length - 4))
  }
}

function bufferKey(key: Uint8Array, timestamp: number, sequence?: number): Uint8Array {
  const head = new Uint8Array(headBytes)
  writeInt64(head, 1, Math.max(0, timestamp))
  if (sequence === undefined) return head
  const tail = new Uint8Array(4)
  new DataView(tail.buffer).setInt32(0, sequence)
  return concatBytes([head, key, tail])
}

function sequenceOf(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset, key.length).getInt32(key.length - 4)
}

function sizeOf(key: Uint8Array, value: BufferValue): number {
  return key.length + bufferValueBytes(value)
}
