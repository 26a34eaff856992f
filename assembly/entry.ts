/** The rows in memory, and the memory they lie in: entries of one size class share their freed ones. */
import { copy } from './bytes'
import { alloc, giveBlock, orderOf, takeBlock } from './memory'

/** In place of a timestamp: there is no such row; the disk may have it; the disk has been asked. */
export const ABSENT: i64 = i64.MIN_VALUE
export const UNREAD: i64 = i64.MIN_VALUE + 1
export const ASKED: i64 = i64.MIN_VALUE + 2

/** In place of a generation: unchanged since an acknowledged snapshot; new, never changed. */
export const CLEAN: u32 = 0
export const NEW: u32 = 0xffffffff

@unmanaged
export class Entry {
  timestamp: i64
  count: i64
  /** Of the window. */
  start: i64
  keyLength: i32
  /** The snapshot generation of its last change. */
  generation: u32
  /** The commit of its last change, if the changelog is coalesced. */
  commit: u32
  /** The stretch that last used it. */
  stretch: u32

  @inline
  get key(): usize {
    return changetype<usize>(this) + offsetof<Entry>()
  }

  @inline
  get exists(): bool {
    return this.timestamp > ASKED
  }

  /** What the row takes in memory, its share of the slots included. */
  @inline
  get bytes(): usize {
    return bytesFor(this.keyLength)
  }
}

/** Sixteen apart: the low bits of an address are free for the table. */
const STEP: usize = 16
const LARGEST_CLASS: usize = 1024
/** A table doubles when it is half full: at most four slots a row. */
const SLOTS: usize = 32
const CHUNK: usize = 0x10000

const freeEntries: usize = memory.data(4 * 65, 16)
let chunk: usize = 0
let chunkEnd: usize = 0

@inline
function sizeFor(keyLength: i32): usize {
  const size = (offsetof<Entry>() + <usize>keyLength + STEP - 1) & ~(STEP - 1)
  return size <= LARGEST_CLASS ? size : <usize>1 << orderOf(size)
}

@inline
export function bytesFor(keyLength: i32): usize {
  return sizeFor(keyLength) + SLOTS
}

export function newEntry(start: i64, key: usize, keyLength: i32): Entry {
  const entry = changetype<Entry>(takeEntry(sizeFor(keyLength)))
  entry.count = 0
  entry.start = start
  entry.keyLength = keyLength
  entry.generation = NEW
  entry.commit = 0
  entry.stretch = 0
  copy(entry.key, key, keyLength)
  return entry
}

@inline
function takeEntry(size: usize): usize {
  if (size > LARGEST_CLASS) return takeBlock(orderOf(size))
  const head = freeEntries + (size / STEP) * 4
  const free = <usize>load<u32>(head)
  if (free) {
    store<u32>(head, load<u32>(free))
    return free
  }
  if (chunk + size > chunkEnd) {
    chunk = alloc(CHUNK)
    chunkEnd = chunk + CHUNK
  }
  chunk += size
  return chunk - size
}

@inline
export function freeEntry(entry: Entry): void {
  const size = sizeFor(entry.keyLength)
  const at = changetype<usize>(entry)
  if (size > LARGEST_CLASS) giveBlock(at, orderOf(size))
  else {
    const head = freeEntries + (size / STEP) * 4
    store<u32>(at, load<u32>(head))
    store<u32>(head, <u32>at)
  }
}
