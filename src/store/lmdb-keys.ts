import { createHash } from 'node:crypto'
import { compareBytes } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import type { RangeOptions, Row } from './byte-store.ts'
import { type LmdbRangeOptions, type LmdbRow, longestLmdbKey } from './lmdb.ts'

/*
 * How keys of any length fit LMDB, which takes 1 to 1978 bytes. The order of keys is kept.
 *
 *   key                          key in LMDB                               value in LMDB
 *   n zero bytes, n from 0       n + 1 zero bytes                          value
 *   others up to 1960 bytes      the key                                   value
 *   longer ones                  first 1960 bytes | 16 bytes of SHA-256    key length u32le | key | value
 *
 * So a key of 1976 bytes in LMDB, and no other, is a hashed one. (Keys of zeros come before all others, in order of
 * length, so one zero more makes room for the empty key.) Long keys that share their first 1960 bytes lie together in
 * order of hash; a range reads them as one cluster and sorts it.
 */
const prefixLength = 1960
const hashLength = 16
const hashedLength: number = prefixLength + hashLength

export interface LmdbKey {
  readonly key: Uint8Array
  /** The key is hashed, so the value must carry it. */
  readonly hashed: boolean
}

export function toLmdbKey(key: Uint8Array): LmdbKey {
  const escaped = isZeros(key) ? new Uint8Array(key.length + 1) : key
  if (escaped.length <= prefixLength) return { key: escaped, hashed: false }
  const short = new Uint8Array(hashedLength)
  short.set(escaped.subarray(0, prefixLength))
  short.set(createHash('sha256').update(key).digest().subarray(0, hashLength), prefixLength)
  return { key: short, hashed: true }
}

/** Whether the key is stored as it is, with the value as it is. */
export function isPlainKey(bytes: Uint8Array, at: number, length: number): boolean {
  if (length > prefixLength) return false
  for (let i = at; i < at + length; i++) if (bytes[i] !== 0) return true
  return false
}

function isZeros(key: Uint8Array): boolean {
  for (let i = 0; i < key.length; i++) if (key[i] !== 0) return false
  return true
}

export function withKey(key: Uint8Array, value: Uint8Array): Uint8Array {
  const row = new Uint8Array(4 + key.length + value.length)
  new DataView(row.buffer).setUint32(0, key.length, true)
  row.set(key, 4)
  row.set(value, 4 + key.length)
  return row
}

/** Takes apart what `withKey` made. */
export function splitKey(row: Uint8Array): Row {
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength)
  const keyLength = row.length < 4 ? -1 : view.getUint32(0, true)
  if (keyLength < 0 || keyLength > row.length - 4)
    throw new StreamsError('state-unreadable', `a row of ${row.length} bytes does not hold its key`)
  return [row.subarray(4, 4 + keyLength), row.subarray(4 + keyLength)]
}

/** A range in LMDB that holds all rows of `options`, and no others but of clusters at its ends. */
export function lmdbRange({ from, to, reverse = false }: RangeOptions): LmdbRangeOptions {
  const low = from && lowest(from)
  const high = to && highest(to)
  const [start, end] = reverse ? [high, low] : [low, high]
  return { ...(start && { start }), ...(end && { end }), inclusiveEnd: true, reverse }
}

function lowest(key: Uint8Array): Uint8Array {
  const short = toLmdbKey(key)
  return short.hashed ? short.key.subarray(0, prefixLength) : short.key
}

function highest(key: Uint8Array): Uint8Array {
  const short = toLmdbKey(key)
  if (!short.hashed) return short.key
  const high = new Uint8Array(longestLmdbKey).fill(0xff)
  high.set(short.key.subarray(0, prefixLength))
  return high
}

/** The rows of a range in the order of their keys, from LMDB's rows for `lmdbRange(options)`. */
export function* rowsInOrder(source: Iterator<LmdbRow>, options: RangeOptions): Generator<Row, void, void> {
  try {
    for (const row of sortClusters(source, options.reverse === true ? -1 : 1)) {
      const position = positionIn(options, row[0])
      if (position === 'after') return
      if (position === 'inside') yield row
    }
  } finally {
    source.return?.()
  }
}

function positionIn({ from, to, reverse }: RangeOptions, key: Uint8Array): 'before' | 'inside' | 'after' {
  if (from && compareBytes(key, from) < 0) return reverse ? 'after' : 'before'
  if (to && compareBytes(key, to) >= 0) return reverse ? 'before' : 'after'
  return 'inside'
}

function* sortClusters(source: Iterator<LmdbRow>, direction: 1 | -1): Generator<Row, void, void> {
  let cluster: Row[] = []
  let prefix: Uint8Array | undefined
  for (let item = source.next(); !item.done; item = source.next()) {
    const { key, value } = item.value
    const ownPrefix = key.length === hashedLength ? key.subarray(0, prefixLength) : undefined
    if (prefix && !(ownPrefix && compareBytes(prefix, ownPrefix) === 0)) {
      yield* sorted(cluster, direction)
      cluster = []
    }
    prefix = ownPrefix
    if (prefix) cluster.push(splitKey(plain(value)))
    else yield [fromShortKey(plain(key)), plain(value)]
  }
  yield* sorted(cluster, direction)
}

function sorted(cluster: Row[], direction: 1 | -1): Row[] {
  return cluster.sort((a, b) => direction * compareBytes(a[0], b[0]))
}

function fromShortKey(key: Uint8Array): Uint8Array {
  return key[0] === 0 && isZeros(key) ? key.subarray(1) : key
}

/** lmdb-js hands out Buffers, whose `slice` does not copy. (Copying is cheaper than a view of a small one.) */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer)
}
