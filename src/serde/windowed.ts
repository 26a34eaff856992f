import { getInt64, putInt64 } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
import type { Serde } from './serde.ts'

/** Ms since the epoch; the end is exclusive. */
export interface Window {
  readonly start: number
  readonly end: number
}

/** A key and the window its value belongs to. */
export interface Windowed<K> {
  readonly key: K
  readonly window: Window
}

/** Java's TimeWindowedSerde: the key's bytes, then the window start as int64. Topics keyed so are partitioned by the key alone. */
export interface TimeWindowedSerde<K> extends Serde<Windowed<K>> {
  readonly inner: Serde<K>
  readonly sizeMs: number
}

const startBytes = 8

/** @param size of the windows, since only their start is on the wire. */
export function timeWindowed<K>(inner: Serde<K>, size: Duration): TimeWindowedSerde<K> {
  const sizeMs = durationMs(size, 'timeWindowed: size')
  return {
    name: `timeWindowed(${inner.name},${sizeMs})`,
    inner,
    sizeMs,
    serialize({ key, window }) {
      const keyBytes = inner.serialize(key)
      const result = new Uint8Array(keyBytes.length + startBytes)
      result.set(keyBytes)
      putInt64(new DataView(result.buffer), keyBytes.length, window.start)
      return result
    },
    deserialize(bytes) {
      const keyLength = bytes.length - startBytes
      if (keyLength < 0) {
        throw new StreamsError(
          'deserialization',
          `timeWindowed: expected at least ${startBytes} bytes, found ${bytes.length}`,
        )
      }
      const start = getInt64(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), keyLength)
      const end = Math.min(start + sizeMs, Number.MAX_SAFE_INTEGER)
      return { key: inner.deserialize(bytes.subarray(0, keyLength)), window: { start, end } }
    },
  }
}

export function isTimeWindowed(serde: Serde<unknown>): serde is TimeWindowedSerde<unknown> {
  return 'inner' in serde && 'sizeMs' in serde
}
