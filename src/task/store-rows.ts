import type { RowFormat } from '../store/row-format.ts'
import type { Entry, ValueAndTimestamp } from '../store/state-stores.ts'
import type { StoreEntry } from './built-store.ts'
import type { StoredValue } from './task-store.ts'

export function storeEntry({ key, value }: Entry<unknown, unknown>, timestamped: boolean): StoreEntry {
  return timestamped ? { key, ...(value as ValueAndTimestamp<unknown>) } : { key, value }
}

const unknownTimestamp = -1

export function storedRow(row: Uint8Array | undefined, format: RowFormat): StoredValue | undefined {
  return row && { value: format.valueOf(row), timestamp: format.timestampOf(row) ?? unknownTimestamp }
}
