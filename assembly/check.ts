/** The check of a stretch: keys and values against their formats, fields, event times. One status a record. */
import { address, columns, count, int32, MOST, setInt64 } from './columns'
import { clearFields, kindAt, NUMBER, numberAt } from './fields'
import { inexact, parse } from './json'
import { alloc } from './memory'
import { ANY, JSON, program } from './program'

/** Goes on, by the filter. */
export const GOOD: u32 = 0
/** Goes on; TypeScript has decided what the filter says. */
export const PASSES: u32 = 1
export const FAILS: u32 = 2
/** From here on left out: bad, or as the caller wishes. */
export const BAD_KEY: u32 = 3
export const BAD_VALUE: u32 = 4
export const BAD_TIME: u32 = 5
export const SKIPPED: u32 = 6
/** A wanted field needs JSON.parse: `resolve` must follow. */
export const INEXACT: u32 = 7

const LATEST: f64 = 9007199254740991

let statuses: usize = 0
/** Event times: the records' own, or a column of their own. */
export let times: usize = 0

export function makeCheck(): void {
  statuses = alloc(MOST)
  times = program.timeColumn < 0 ? columns.timestamp : alloc(8 * MOST)
}

@inline
export function statusAt(index: usize): u32 {
  return load<u8>(statuses + index)
}

@inline
function setStatus(index: usize, status: u32): void {
  store<u8>(statuses + index, status)
}

export function statusesPlace(): usize {
  return statuses
}

/** @returns how many records are not good. */
export function check(): i32 {
  let exceptions = 0
  for (let i: usize = 0; i < <usize>count; i++) {
    const status = checkRecord(i)
    setStatus(i, status)
    if (status != GOOD) exceptions++
  }
  return exceptions
}

@inline
function checkRecord(index: usize): u32 {
  const keyFormat = program.keyFormat
  if (keyFormat != ANY) {
    const length = int32(columns.keyLength, index)
    if (length >= 0 && !isFormat(address(columns.keyAt, index), length, keyFormat, 0, index)) return BAD_KEY
  }
  const valueFormat = program.valueFormat
  if (valueFormat != ANY) {
    const length = int32(columns.valueLength, index)
    if (length >= 0) {
      if (!isFormat(address(columns.valueAt, index), length, valueFormat, program.root, index)) return BAD_VALUE
      if (program.root && (inexact || program.allInexact)) return INEXACT
    } else if (program.root) clearFields(index)
  }
  const column = program.timeColumn
  if (column < 0) return GOOD
  return putTime(index, kindAt(column, index) == NUMBER ? numberAt(column, index) : NaN)
}

@inline
function isFormat(at: usize, length: i32, format: i32, root: usize, index: usize): bool {
  return format == JSON ? parse(at, length, root, index) : length == format
}

@inline
function putTime(index: usize, field: f64): u32 {
  const time = floor(field * <f64>program.timeUnit + 0.5)
  if (!(abs(time) <= LATEST)) return BAD_TIME
  setInt64(times, index, <i64>time)
  return GOOD
}

/** What JSON.parse says of a record: its event time (NaN: no number) and whether it passes the filter. @returns its status. */
export function resolve(index: i32, time: f64, passes: i32): u32 {
  let status = program.timeColumn < 0 ? GOOD : putTime(index, time)
  if (status == GOOD) status = passes ? PASSES : FAILS
  setStatus(index, status)
  return status
}

export function skip(index: i32): void {
  setStatus(index, SKIPPED)
}
