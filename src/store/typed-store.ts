import { ownBytes } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import type { Serde } from '../serde/serde.ts'
import type { CachedStore } from './cached-store.ts'
import type { FlushListener } from './flush-listener.ts'
import { plainFormat, type RowFormat, timestampedFormat } from './row-format.ts'
import type { ValueAndTimestamp } from './state-stores.ts'
import { readTimestamped, timestampedRow } from './timestamped.ts'

// What the typed stores, which see bytes stores through serdes, have in common.

/** Turns values into rows and back. */
export interface RowSerde<V> {
  rowOf(value: V): Uint8Array
  valueOf(row: Uint8Array): V
  /** Of a row: the plain value, without a timestamp, and the timestamp if there is one. */
  plainOf(row: Uint8Array): { readonly value: unknown; readonly timestamp: number | undefined }
  readonly format: RowFormat
}

export function plainRows(serde: Serde<unknown>): RowSerde<unknown> {
  return {
    rowOf: (value) => ownBytes(serde.serialize(value)),
    valueOf: (row) => serde.deserialize(row),
    plainOf: (row) => ({ value: serde.deserialize(row), timestamp: undefined }),
    format: plainFormat,
  }
}

export function timestampedRows(serde: Serde<unknown>): RowSerde<unknown> {
  const read = (row: Uint8Array): ValueAndTimestamp<unknown> => {
    const { value, timestamp } = readTimestamped(row)
    return { value: serde.deserialize(value), timestamp }
  }
  return {
    rowOf: (value) => {
      const { value: plain, timestamp } = value as ValueAndTimestamp<unknown>
      return timestampedRow(serde.serialize(plain), timestamp)
    },
    valueOf: read,
    plainOf: read,
    format: timestampedFormat,
  }
}

/** @throws StreamsError `processing`, as Java throws a NullPointerException. */
export function checkKey(store: string, key: unknown): void {
  if (key === null || key === undefined)
    throw new StreamsError('processing', `store '${store}': key cannot be null`)
}

/** Tells a flush listener of what leaves a cache, in terms of keys and values. */
export function listen<Query extends { readonly reverse?: boolean }>(
  cached: CachedStore<Query> | undefined,
  rows: RowSerde<unknown>,
  keyOf: (key: Uint8Array) => unknown,
  listener: FlushListener,
  sendOldValues: boolean,
): boolean {
  if (!cached) return false
  cached.setListener((key, newRow, oldRow, context) => {
    const updated = newRow && rows.plainOf(newRow)
    const old = oldRow && rows.plainOf(oldRow)
    const timestamp = updated?.timestamp ?? context.timestamp
    listener(keyOf(key), updated ? updated.value : null, old ? old.value : null, timestamp)
  }, sendOldValues)
  return true
}
