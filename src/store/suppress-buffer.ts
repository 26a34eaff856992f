import { ownBytes } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import { type Headers, noHeaders, type RecordContext } from '../core/record.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Serde } from '../serde/serde.ts'
import {
  type BufferValue,
  bufferValueBytes,
  readBufferValue,
  readBufferValue0,
  readBufferValue1,
  readBufferValue2,
  type TimedBufferValue,
  writeBufferValue,
} from './buffer-value.ts'
import type { ChangelogOptions } from './changelog.ts'
import type { ChangelogRecord } from './changelog-record.ts'
import { JavaHashSet } from './java-hash-set.ts'
import { OrderedBytes } from './ordered-bytes.ts'
import type { Rows } from './rows.ts'
import { orderKey } from './segment-keys.ts'
import type { BufferedUpdate, SuppressBuffer } from './state-stores.ts'

export interface SuppressBufferOptions {
  readonly name: string
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  readonly changelog: ChangelogOptions['append'] | undefined
  /** Its changelog records have the time of the commit. */
  readonly clock: Clock
}

interface Waiting extends TimedBufferValue {
  readonly key: Uint8Array
}

const changelogHeaders: Headers = [{ key: 'v', value: Uint8Array.of(3) }]

/**
 * Updates that `suppress` holds back (Java's InMemoryTimeOrderedKeyValueChangeBuffer). All are in memory; at a commit the
 * changed ones go to the changelog and to the rows on disk, both of which are `key` -> buffer value and time.
 */
export class SuppressBytesBuffer implements SuppressBuffer<unknown, unknown> {
  readonly #options: SuppressBufferOptions
  readonly #rows: Rows
  /** By time and key. */
  readonly #queue = new OrderedBytes<Waiting>()
  readonly #byKey = new OrderedBytes<Waiting>()
  readonly #dirty = new JavaHashSet()
  #bytes = 0

  constructor(options: SuppressBufferOptions, rows: Rows) {
    this.#options = options
    this.#rows = rows
    for (const [key, row] of rows.range()) this.#set({ key, ...readBufferValue(row) })
  }

  get size(): number {
    return this.#queue.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get minTimestamp(): number {
    return this.#first()?.time ?? Number.POSITIVE_INFINITY
  }

  put(time: number, { key, newValue, oldValue, context }: BufferedUpdate<unknown, unknown>): void {
    const { keySerde, valueSerde } = this.#options
    const bytes = ownBytes(keySerde.serialize(key))
    const old = oldValue === null ? null : ownBytes(valueSerde.serialize(oldValue))
    const waiting = this.#byKey.get(bytes)
    const { metadata, timestamp, headers } = context
    const value: BufferValue = {
      prior: waiting ? waiting.value.prior : old,
      old,
      new: newValue === null ? null : ownBytes(valueSerde.serialize(newValue)),
      context: { metadata, timestamp, headers },
    }
    this.#set({ key: bytes, value, time })
    this.#dirty.add(bytes)
  }

  evictWhile(more: () => boolean, emit: (update: BufferedUpdate<unknown, unknown>) => void): void {
    if (!more()) return
    for (let first = this.#first(); first && more(); first = this.#first()) {
      emit(this.#update(first))
      this.#remove(first)
      this.#dirty.add(first.key)
    }
  }

  priorValue(key: unknown): { readonly value: unknown } | undefined {
    const { keySerde } = this.#options
    const waiting = this.#byKey.get(keySerde.serialize(key))
    return waiting && { value: this.#deserialize(waiting.value.prior) }
  }

  /** What waits, in the order in which it would go. */
  *updates(): IterableIterator<BufferedUpdate<unknown, unknown> & { readonly time: number }> {
    for (const [, waiting] of this.#queue.range()) yield { ...this.#update(waiting), time: waiting.time }
  }

  /** At a commit: changes go to the changelog, and to the rows that the next checkpoint writes. */
  flush(): void {
    const { changelog, clock } = this.#options
    for (const key of this.#dirty.take()) {
      const waiting = this.#byKey.get(key)
      const row = waiting ? writeBufferValue(waiting.value, waiting.time) : null
      this.#rows.put(key, row)
      changelog?.(key, row, clock.now(), row ? changelogHeaders : noHeaders)
    }
  }

  /** Applies a changelog record of any version that Java wrote. */
  restore(record: ChangelogRecord): void {
    const key = new Uint8Array(record.key)
    const waiting = this.#byKey.get(key)
    // Java leaves the key at its time, which is wrong if it has gone and come back between two commits.
    if (waiting) this.#remove(waiting)
    if (record.value === null) {
      this.#rows.put(key, null)
      return
    }
    const { value, time } = readChangelog(record, record.value, waiting?.value)
    this.#set({ key, value, time })
    this.#rows.put(key, writeBufferValue(value, time))
  }

  #first(): Waiting | undefined {
    const rows = this.#queue.range()
    const first = rows.next()
    return first.done ? undefined : first.value[1]
  }

  /** A later update of a key takes the place of the one that waits. */
  #set(update: Waiting): void {
    const before = this.#byKey.get(update.key)
    const waiting = before ? { ...update, time: before.time } : update
    this.#byKey.set(waiting.key, waiting)
    this.#queue.set(orderKey(waiting.time, waiting.key), waiting)
    this.#bytes += sizeOf(waiting) - (before ? sizeOf(before) : 0)
  }

  #remove(waiting: Waiting): void {
    this.#byKey.delete(waiting.key)
    this.#queue.delete(orderKey(waiting.time, waiting.key))
    this.#bytes -= sizeOf(waiting)
  }

  #update({ key, value }: Waiting): BufferedUpdate<unknown, unknown> {
    return {
      key: this.#options.keySerde.deserialize(key),
      newValue: this.#deserialize(value.new),
      oldValue: this.#deserialize(value.old),
      context: value.context,
    }
  }

  #deserialize(bytes: Uint8Array | null): unknown {
    return bytes && this.#options.valueSerde.deserialize(bytes)
  }
}

const timeBytes = 8

function sizeOf({ key, value }: Waiting): number {
  return timeBytes + key.length + bufferValueBytes(value)
}

function readChangelog(
  record: ChangelogRecord,
  bytes: Uint8Array,
  waiting: BufferValue | undefined,
): TimedBufferValue {
  const version = record.headers.findLast(({ key }) => key === 'v')
  if (!version) return readBufferValue0(bytes, contextOf(record), waiting)
  switch (version.value?.length === 1 ? version.value[0] : undefined) {
    case 1:
      return readBufferValue1(bytes, waiting)
    case 2:
      return readBufferValue2Or3(bytes)
    case 3:
      return readBufferValue(bytes)
    default:
      throw new StreamsError(
        'state-unreadable',
        `${record.topic}-${record.partition} offset ${record.offset}: unknown version of a suppress buffer's record`,
      )
  }
}

/** Kafka Streams 2.4.0, 2.4.1 and 2.5.0 wrote version 3 and called it 2. */
function readBufferValue2Or3(bytes: Uint8Array): TimedBufferValue {
  try {
    return readBufferValue2(bytes)
  } catch (error) {
    if (!StreamsError.is(error, 'state-unreadable') && !StreamsError.is(error, 'value-out-of-range'))
      throw error
    return readBufferValue(bytes)
  }
}

function contextOf({ topic, partition, offset, timestamp, headers }: ChangelogRecord): RecordContext {
  return { metadata: { topic, partition, offset }, timestamp, headers }
}
