import type { ByteStore } from '../../../src/store/byte-store.ts'
import { RowLog } from '../../../src/store/changelog.ts'
import { KeyValueBytesStore } from '../../../src/store/key-value-store.ts'
import { timestampedFormat } from '../../../src/store/row-format.ts'
import { diskSpaces } from '../../../src/store/row-spaces.ts'
import {
  recordKeyOf,
  storeKeyOf,
  timeOf,
  windowKeys,
  windowStoreKey,
} from '../../../src/store/segment-keys.ts'
import { segmentMs } from '../../../src/store/segmented-rows.ts'
import { SegmentedBytesStore } from '../../../src/store/segmented-store.ts'
import { type StateStore, stateStore } from '../../../src/store/state-store.ts'
import { readTimestamped, timestampedRow } from '../../../src/store/timestamped.ts'

// Timestamped stores of bytes without a changelog, for tests of what lies below them.

type Identity = Pick<StateStore, 'name' | 'fingerprint'>

const format = timestampedFormat
const log = new RowLog({ changelog: undefined, format, record: { timestamp: 0, headers: [] } })

export interface BytesTable {
  readonly state: StateStore
  put(key: Uint8Array, value: Uint8Array | null, timestamp: number): void
  all(): { readonly key: Uint8Array; readonly value: Uint8Array }[]
}

export function bytesTable(identity: Identity, disk: ByteStore): BytesTable {
  const store = new KeyValueBytesStore({ ...identity, format, log, logsEvictions: true }, diskSpaces(disk))
  return {
    state: stateStore(identity, store.checkpointed),
    put: (key, value, timestamp) => store.put(key, value && timestampedRow(value, timestamp)),
    all: () => Array.from(store.scan({}), ([key, row]) => ({ key, value: readTimestamped(row).value })),
  }
}

export interface BytesWindows {
  readonly state: StateStore
  put(key: Uint8Array, start: number, value: Uint8Array, timestamp: number): void
  all(): { readonly key: Uint8Array; readonly start: number }[]
}

export function bytesWindows(identity: Identity, retentionMs: number, disk: ByteStore): BytesWindows {
  const store = new SegmentedBytesStore(
    {
      ...identity,
      segmentMs: segmentMs(retentionMs),
      retentionMs,
      keys: windowKeys,
      timeFirst: true,
      timeOrdered: true,
      retainDuplicates: false,
      format,
      log,
    },
    diskSpaces(disk),
  )
  return {
    state: stateStore(identity, store.checkpointed),
    put: (key, start, value, timestamp) =>
      store.put(store.orderKey(windowStoreKey(key, start, 0)), timestampedRow(value, timestamp)),
    all: () =>
      Array.from(store.scan({ fromTime: 0, toTime: Number.MAX_SAFE_INTEGER }), ([ordered]) => {
        const key = storeKeyOf(ordered)
        return { key: recordKeyOf(key, windowKeys), start: timeOf(key, windowKeys) }
      }),
  }
}
