import { part } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import { readInt64, writeInt64 } from '../core/int64-bytes.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
import type { Serde } from './serde.ts'

/** Ms since the epoch. The end is exclusive for time windows, inclusive for sliding and session windows. */
export interface Window {
  readonly start: number
  readonly end: number
}

/** A key and the window its value belongs to. */
export interface Windowed<K> {
  readonly key: K
  readonly window: Window
}

/** A key with its window. Topics keyed so are partitioned by the key alone (Java's WindowedStreamPartitioner). */
export interface WindowedSerde<K> extends Serde<Windowed<K>> {
  readonly windows: 'time' | 'session'
  readonly inner: Serde<K>
}

/** Java's TimeWindowedSerde: the key's bytes, then the window start as int64. */
export interface TimeWindowedSerde<K> extends WindowedSerde<K> {
  readonly windows: 'time'
  readonly sizeMs: number
}

/** Where windows end that have no end, and those whose end would be later: Java's Long.MAX_VALUE has no number. */
export const endOfTime: number = Number.MAX_SAFE_INTEGER

const timeBytes = 8

export interface TimeWindowedOptions {
  /** Reads the keys of a window store's changelog topic, which end with a number of their own (Java's forChangelog). */
  readonly changelog?: boolean
}

/** Of the store's keys, behind the window start. */
const sequenceBytes = 4

/**
 * Keys of tumbling, hopping, sliding and unlimited windows.
 * @param size of the windows, since only their start is on the wire.
 */
export function timeWindowed<K>(
  inner: Serde<K>,
  size: Duration | 'unlimited',
  { changelog = false }: TimeWindowedOptions = {},
): TimeWindowedSerde<K> {
  const sizeMs = size === 'unlimited' ? endOfTime : durationMs(size, 'timeWindowed: size')
  const tailBytes = changelog ? sequenceBytes : 0
  return {
    name: `timeWindowed(${inner.name},${size === 'unlimited' ? size : sizeMs}${changelog ? ',changelog' : ''})`,
    windows: 'time',
    inner,
    sizeMs,
    serialize: ({ key, window }) => withTimes(inner.serialize(key), [window.start]),
    deserialize(bytes) {
      const { key, times } = splitTimes(bytes, 1, 'timeWindowed', tailBytes)
      const start = times[0]!
      return { key: inner.deserialize(key), window: { start, end: Math.min(start + sizeMs, endOfTime) } }
    },
  }
}

/** Java's SessionWindowedSerde: the key's bytes, then the session's end and its start as int64. */
export function sessionWindowed<K>(inner: Serde<K>): WindowedSerde<K> {
  return {
    name: `sessionWindowed(${inner.name})`,
    windows: 'session',
    inner,
    serialize: ({ key, window }) => withTimes(inner.serialize(key), [window.end, window.start]),
    deserialize(bytes) {
      const { key, times } = splitTimes(bytes, 2, 'sessionWindowed')
      return { key: inner.deserialize(key), window: { start: times[1]!, end: times[0]! } }
    },
  }
}

export function isWindowed(serde: Serde<unknown>): serde is WindowedSerde<unknown> {
  return 'inner' in serde && 'windows' in serde
}

export function isTimeWindowed(serde: Serde<unknown>): serde is TimeWindowedSerde<unknown> {
  return isWindowed(serde) && serde.windows === 'time'
}

function withTimes(key: Uint8Array, times: readonly number[]): Uint8Array {
  const result = new Uint8Array(key.length + timeBytes * times.length)
  result.set(key)
  for (let i = 0; i < times.length; i++) writeInt64(result, key.length + timeBytes * i, times[i]!)
  return result
}

function splitTimes(
  bytes: Uint8Array,
  count: number,
  serde: string,
  tailBytes = 0,
): { readonly key: Uint8Array; readonly times: readonly number[] } {
  const keyLength = bytes.length - timeBytes * count - tailBytes
  if (keyLength < 0) {
    throw new StreamsError(
      'deserialization',
      `${serde}: expected at least ${timeBytes * count + tailBytes} bytes, found ${bytes.length}`,
    )
  }
  const times = Array.from({ length: count }, (_, i) => readInt64(bytes, keyLength + timeBytes * i))
  return { key: part(bytes, 0, keyLength), times }
}
