/** Tumbling windows, and stream time (Java's KStreamWindowAggregate). Without windows all records are in one that never closes. */
import { program, windowSize } from './program'

const NEVER: i64 = 1 << 62

let size: i64 = 0
let grace: i64 = 0
/** The window last asked for: most records fall into the same, and a division takes longer than all the rest. */
let start: i64 = 0
let end: i64 = 0

/** The largest time that reached the windows, -1 before the first. */
let streamTime: i64 = -1
/** The largest time of all records read, those that do not count included; -1 before the first. */
let partitionTime: i64 = -1

export function makeWindow(): void {
  size = windowSize
  grace = program.windowed ? <i64>program.graceMs : NEVER
  start = 0
  end = program.windowed ? size : i64.MAX_VALUE
}

export function getStreamTime(): f64 {
  return <f64>streamTime
}

export function setStreamTime(time: f64): void {
  streamTime = <i64>time
}

/** @param time not negative. @returns the start of its window. */
@inline
export function windowOf(time: i64): i64 {
  if (time < start || time >= end) {
    start = time - (time % size)
    end = start + size
  }
  return start
}

export function getPartitionTime(): f64 {
  return <f64>partitionTime
}

@inline
export function advancePartition(time: i64): void {
  if (time > partitionTime) partitionTime = time
}

@inline
export function advance(time: i64): void {
  if (time > streamTime) streamTime = time
}

/** Has the window closed, grace included? */
@inline
export function isClosed(start: i64): bool {
  return start + size <= streamTime - grace
}
