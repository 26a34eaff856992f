/** Rows on their way to disk, and segments that expire. */
import { copy, put64 } from './bytes'
import { makeRoom, retryEviction } from './clock'
import { CLEAN, Entry } from './entry'
import { ledger } from './ledger'
import { giveBlock, orderOf, takeBlock } from './memory'
import { program, retention, segmentSize } from './program'
import { dropSegment } from './rows'
import { first } from './segments'
import { Segment } from './table'

const DELETED: u32 = 0xffffffff
const LENGTHS: u32 = 8
const START: u32 = 8
const VALUE: u32 = 16

/** Rows are handed over a block at a time. */
const BLOCK_ORDER: u32 = 18
let block: usize = 0
let blockOrder: u32 = 0

/** The segment being packed, and how far. */
let packed: usize = 0
let packedRows: u32 = 0

export function beginSnapshot(): void {
  packed = 0
}

/** Segments below it have expired. */
function firstLive(): i64 {
  if (!program.windowed) return 0
  return max(0, ledger.storeTime - retention) / segmentSize
}

/** Goes on to the next segment that has changed rows. @returns its number, -1 at the end: the snapshot is then complete. */
export function nextSnapshotSegment(): f64 {
  packedRows = 0
  packed = packed ? changetype<Segment>(packed).next : first
  const live = firstLive()
  for (; packed; packed = changetype<Segment>(packed).next) {
    const segment = changetype<Segment>(packed)
    if (segment.id >= live && segment.changed.length) return <f64>segment.id
  }
  ledger.generation++
  return -1
}

/** Bytes that the segment's rows take at most. */
export function snapshotBytes(): u32 {
  return changetype<Segment>(packed).changedBytes
}

/** Packs the next rows as core/packed-rows at `packedPlace`. @returns how many bytes, 0 when the segment is done. */
export function packRows(): u32 {
  const segment = changetype<Segment>(packed)
  let size: usize = 0
  while (packedRows < segment.changed.length) {
    const entry = changetype<Entry>(segment.changed.at(packedRows))
    if (!makeSpace(size, rowSize(entry))) return <u32>size
    size += packRow(block + size, entry)
    segment.inFlight.push(changetype<usize>(entry))
    packedRows++
  }
  if (!size) {
    segment.changed.free()
    segment.changedBytes = 0
  }
  return <u32>size
}

export function packedPlace(): usize {
  return block
}

/** Is there space for a row behind `size` bytes? The first always gets it. */
@inline
export function makeSpace(size: usize, row: usize): bool {
  if (block && size + row <= <usize>1 << blockOrder) return true
  if (size) return false
  if (block) giveBlock(block, blockOrder)
  blockOrder = max(BLOCK_ORDER, orderOf(row))
  block = takeBlock(blockOrder)
  return true
}

/** Bytes that it takes at most. */
@inline
export function rowSize(entry: Entry): usize {
  return LENGTHS + START + VALUE + entry.keyLength
}

@inline
export function packRow(at: usize, entry: Entry): usize {
  const start = program.windowed ? START : 0
  const keyLength = start + entry.keyLength
  store<u32>(at, keyLength)
  store<u32>(at, entry.exists ? VALUE : DELETED, 4)
  let p = at + LENGTHS
  if (start) put64(p, entry.start)
  copy(p + start, entry.key, entry.keyLength)
  p += keyLength
  if (!entry.exists) return p - at
  put64(p, entry.timestamp)
  put64(p + 8, entry.count)
  return p + VALUE - at
}

/** The rows of all snapshots so far are on disk: those that did not change since are clean. */
export function acknowledge(): void {
  for (let at = first; at; at = changetype<Segment>(at).next) {
    const rows = changetype<Segment>(at).inFlight
    for (let i: u32 = 0; i < rows.length; i++) {
      const entry = changetype<Entry>(rows.at(i))
      if (entry.generation == ledger.generation || entry.generation == CLEAN) continue
      entry.generation = CLEAN
      ledger.dirtyBytes -= entry.bytes
      ledger.cleanEntries++
    }
    rows.free()
  }
  retryEviction()
  // A task that gets no more records would keep them for ever, beyond its share of the memory.
  makeRoom(0)
}

/** Drops the first segment if it has expired. @returns its number, or -1. */
export function expireSegment(): f64 {
  if (!first || changetype<Segment>(first).id >= firstLive()) return -1
  const id = changetype<Segment>(first).id
  dropSegment()
  return <f64>id
}
