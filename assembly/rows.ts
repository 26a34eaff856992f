/**
 * The rows of all segments: found or made, changed, dropped. Changes carry the generation of the snapshot they will be in, so that an
 * acknowledgement never cleans a row that has changed since.
 */
import { AddressList } from './address-list'
import { leaveSegment, makeRoom, retryEviction } from './clock'
import { ABSENT, bytesFor, CLEAN, Entry, freeEntry, NEW, newEntry, UNREAD } from './entry'
import { ledger } from './ledger'
import { alloc } from './memory'
import { dropFirst, first, segmentNumber } from './segments'
import { entryIn, markUsed, Segment } from './table'

/** What a row takes in a snapshot beside its key: two lengths, window start, timestamp and count. */
const ROW_BYTES: u32 = 32

/** Changed since the last commit, in order of the first change, if the changelog is coalesced; how far `emit` got. What it wrote may be in the list again, further on. */
export const uncommitted = changetype<AddressList>(alloc(offsetof<AddressList>()))
export let emitted: u32 = 0

export function setEmitted(rows: u32): void {
  emitted = rows
}

/** @returns the row, made if need be: ABSENT, or UNREAD if it may be on disk. It stays in memory until the stretch is done. */
@inline
export function rowFor(segment: Segment, hash: u32, start: i64, key: usize, keyLength: i32): Entry {
  const slot = segment.probe(hash, start, key, keyLength)
  let at = entryIn(slot)
  if (at) markUsed(slot)
  else at = makeRow(segment, hash, start, key, keyLength)
  const entry = changetype<Entry>(at)
  entry.stretch = ledger.stretch
  return entry
}

function makeRow(segment: Segment, hash: u32, start: i64, key: usize, keyLength: i32): usize {
  const bytes = bytesFor(keyLength)
  const known = segment.complete
  makeRoom(bytes)
  const entry = newEntry(start, key, keyLength)
  entry.timestamp = known ? ABSENT : UNREAD
  ledger.usedBytes += bytes
  segment.add(hash, changetype<usize>(entry))
  return changetype<usize>(entry)
}

/** Makes a row part of the next snapshot. To be called with every change. */
@inline
export function markChanged(segment: Segment, entry: Entry): void {
  if (entry.start > ledger.storeTime) ledger.storeTime = entry.start
  if (entry.generation != ledger.generation) joinSnapshot(segment, entry)
}

function joinSnapshot(segment: Segment, entry: Entry): void {
  if (entry.generation == CLEAN) ledger.cleanEntries--
  if (entry.generation == CLEAN || entry.generation == NEW) ledger.dirtyBytes += entry.bytes
  entry.generation = ledger.generation
  segment.changed.push(changetype<usize>(entry))
  segment.changedBytes += ROW_BYTES + entry.keyLength
}

/** Makes a row's changelog record due at the next commit. */
@inline
export function markUncommitted(entry: Entry): void {
  if (entry.commit == ledger.commit) return
  entry.commit = ledger.commit
  uncommitted.push(changetype<usize>(entry))
}

/** Later changes belong to the next commit. */
export function committed(): void {
  ledger.commit++
  uncommitted.length = 0
  emitted = 0
  retryEviction()
}

/** Drops the first segment with its rows. */
export function dropSegment(): void {
  forgetUncommitted(changetype<Segment>(first).id)
  const segment = changetype<Segment>(first)
  for (let slot = segment.slots; slot < segment.slotsEnd; slot += 8) {
    const at = entryIn(slot)
    if (!at) continue
    const entry = changetype<Entry>(at)
    const bytes = entry.bytes
    ledger.usedBytes -= bytes
    if (entry.generation == CLEAN) ledger.cleanEntries--
    else if (entry.generation != NEW) ledger.dirtyBytes -= bytes
    freeEntry(entry)
  }
  leaveSegment(first)
  dropFirst()
}

/** Rows of a dropped segment are no longer logged. */
function forgetUncommitted(segment: i64): void {
  let kept: u32 = 0
  for (let i = emitted; i < uncommitted.length; i++) {
    const at = uncommitted.at(i)
    if (segmentNumber(changetype<Entry>(at).start) != segment) uncommitted.set(kept++, at)
  }
  uncommitted.length = kept
  emitted = 0
}
