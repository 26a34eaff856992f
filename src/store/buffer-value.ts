import { compareBytes, concatBytes, utf8, utf8Text } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import { readInt64, writeInt64 } from '../core/int64-bytes.ts'
import type { Header, RecordContext } from '../core/record.ts'
import { contextBytes } from './record-cache.ts'

/**
 * What a buffer keeps of a key, in bytes (Java's BufferValue): `context | prior | old | new`, where values are `length
 * int32 | bytes`, the length -1 for null, and that of the old value -2 if it equals the prior one. The context is
 * `timestamp int64 | offset int64 | topic | partition int32 | header count int32 | (name | value)...`.
 */
export interface BufferValue {
  /** Before the first of the updates that wait. */
  readonly prior: Uint8Array | null
  readonly old: Uint8Array | null
  readonly new: Uint8Array | null
  readonly context: Readonly<RecordContext>
}

const nullLength = -1
const sameAsPrior = -2

/** As Java estimates it. */
export function bufferValueBytes({ prior, old, new: value, context }: BufferValue): number {
  const oldBytes = old === null || isSame(prior, old) ? 0 : old.length
  return (prior?.length ?? 0) + oldBytes + (value?.length ?? 0) + contextBytes(context)
}

/** @param time put behind the value, where a changelog record has it. */
export function writeBufferValue(value: BufferValue, time: number): Uint8Array {
  const writer = new Writer()
  writeContext(writer, value.context)
  writer.sized(value.prior)
  if (value.old !== null && isSame(value.prior, value.old)) writer.int32(sameAsPrior)
  else writer.sized(value.old)
  writer.sized(value.new)
  writer.int64(time)
  return writer.bytes
}

export interface TimedBufferValue {
  readonly value: BufferValue
  readonly time: number
}

/** Reads what `writeBufferValue` wrote, version 3 of Java's formats. */
export function readBufferValue(bytes: Uint8Array): TimedBufferValue {
  const reader = new Reader(bytes)
  const context = readContext(reader)
  const prior = reader.sized()
  const oldLength = reader.int32()
  const old = oldLength === sameAsPrior ? prior : reader.nullable(oldLength)
  const value = { prior, old, new: reader.sized(), context }
  return { value, time: reader.int64() }
}

/** Version 2: `context | length | old | new | prior | time`. */
export function readBufferValue2(bytes: Uint8Array): TimedBufferValue {
  const reader = new Reader(bytes)
  const context = readContext(reader)
  const change = readChange(reader.sized())
  const prior = reader.sized()
  return { value: { ...change, prior, context }, time: reader.int64() }
}

/** Version 1: `time | context | length | old | new`. The prior value is that of the key before, if it waits already. */
export function readBufferValue1(bytes: Uint8Array, waiting: BufferValue | undefined): TimedBufferValue {
  const reader = new Reader(bytes)
  const time = reader.int64()
  const context = readContext(reader)
  return { value: withPrior(readChange(reader.sized()), context, waiting), time }
}

/** Version 0: `time | old | new`; the context is that of the changelog record. */
export function readBufferValue0(
  bytes: Uint8Array,
  context: RecordContext,
  waiting: BufferValue | undefined,
): TimedBufferValue {
  const time = new Reader(bytes).int64()
  return { value: withPrior(readChange(bytes.subarray(8)), context, waiting), time }
}

type Change = Pick<BufferValue, 'old' | 'new'>

function withPrior(change: Change, context: RecordContext, waiting: BufferValue | undefined): BufferValue {
  return { ...change, prior: waiting?.prior ?? change.old, context }
}

function readChange(bytes: Uint8Array | null): Change {
  const reader = new Reader(bytes ?? new Uint8Array(0))
  return { old: reader.sized(), new: reader.sized() }
}

function isSame(a: Uint8Array | null, b: Uint8Array): boolean {
  return a !== null && compareBytes(a, b) === 0
}

function writeContext(writer: Writer, { metadata, timestamp, headers }: Readonly<RecordContext>): void {
  writer.int64(timestamp)
  writer.int64(metadata?.offset ?? -1)
  writer.sized(utf8(metadata?.topic ?? ''))
  writer.int32(metadata?.partition ?? -1)
  writer.int32(headers.length)
  for (const { key, value } of headers) {
    writer.sized(utf8(key))
    writer.sized(value)
  }
}

function readContext(reader: Reader): RecordContext {
  const timestamp = reader.int64()
  const offset = reader.int64()
  const topic = utf8Text(reader.sized() ?? new Uint8Array(0))
  const partition = reader.int32()
  const count = reader.int32()
  const headers: Header[] = []
  for (let i = 0; i < count; i++)
    headers.push({ key: utf8Text(reader.sized() ?? new Uint8Array(0)), value: reader.sized() })
  const metadata = topic === '' ? undefined : { topic, partition, offset }
  return { metadata, timestamp, headers }
}

class Writer {
  readonly #parts: Uint8Array[] = []

  int32(value: number): void {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setInt32(0, value)
    this.#parts.push(bytes)
  }

  int64(value: number): void {
    const bytes = new Uint8Array(8)
    writeInt64(bytes, 0, value)
    this.#parts.push(bytes)
  }

  sized(value: Uint8Array | null): void {
    this.int32(value ? value.length : nullLength)
    if (value) this.#parts.push(value)
  }

  get bytes(): Uint8Array {
    return concatBytes(this.#parts)
  }
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4))
  }

  int64(): number {
    return readInt64(this.#bytes, this.#take(8))
  }

  sized(): Uint8Array | null {
    return this.nullable(this.int32())
  }

  nullable(length: number): Uint8Array | null {
    if (length === nullLength) return null
    const at = this.#take(length)
    return this.#bytes.slice(at, at + length)
  }

  #take(length: number): number {
    const at = this.#at
    if (length < 0 || at + length > this.#bytes.length)
      throw new StreamsError('state-unreadable', `a buffer's row of ${this.#bytes.length} bytes is damaged`)
    this.#at += length
    return at
  }
}
