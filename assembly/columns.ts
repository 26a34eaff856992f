/** The records last decoded, as columns. TypeScript reads them by the addresses at `columnsPlace()`. */
import { alloc } from './memory'

/** Records of one `decode`, at most. */
export const MOST: i32 = 16384

@unmanaged
export class Columns {
  keyAt: usize
  keyLength: usize
  valueAt: usize
  valueLength: usize
  /** Bytes of the headers with their count; they follow the value. */
  headersLength: usize
  timestamp: usize
  offset: usize
}

export const columns = changetype<Columns>(alloc(offsetof<Columns>()))
columns.keyAt = alloc(4 * MOST)
columns.keyLength = alloc(4 * MOST)
columns.valueAt = alloc(4 * MOST)
columns.valueLength = alloc(4 * MOST)
columns.headersLength = alloc(4 * MOST)
columns.timestamp = alloc(8 * MOST)
columns.offset = alloc(8 * MOST)

/** How many records were last decoded. */
export let count: i32 = 0

export function setCount(records: i32): void {
  count = records
}

@inline
export function int32(column: usize, index: usize): i32 {
  return load<i32>(column + (index << 2))
}

@inline
export function address(column: usize, index: usize): usize {
  return <usize>load<u32>(column + (index << 2))
}

@inline
export function int64(column: usize, index: usize): i64 {
  return load<i64>(column + (index << 3))
}

@inline
export function setInt32(column: usize, index: usize, value: i32): void {
  store<i32>(column + (index << 2), value)
}

@inline
export function setAddress(column: usize, index: usize, value: usize): void {
  store<u32>(column + (index << 2), <u32>value)
}

@inline
export function setInt64(column: usize, index: usize, value: i64): void {
  store<i64>(column + (index << 3), value)
}

export function columnsPlace(): usize {
  return changetype<usize>(columns)
}
