/**
 * Eviction by CLOCK: a hand goes round the slots of all segments, forgives entries that were used since it last passed, and frees the
 * first clean one that was not. Entries that the stretch at hand or the coming commit needs stay.
 */
import { CLEAN, Entry, freeEntry } from './entry'
import { ledger } from './ledger'
import { first } from './segments'
import { stats } from './stats'
import { entryIn, isUsed, markUnused, Segment } from './table'

/** The segment (0: start anew) and slot to look at next. */
let hand: usize = 0
let index: u32 = 0
/** A search that found nothing is not repeated until entries have become clean or free for use. */
let fruitless: bool = false

export function retryEviction(): void {
  fruitless = false
}

/** The hand leaves a segment that goes. */
export function leaveSegment(segment: usize): void {
  if (hand == segment) hand = 0
}

/** Clean rows above so many bytes go, also later. */
export function setCapacity(bytes: f64): void {
  ledger.capacity = <usize>min(bytes, <f64>u32.MAX_VALUE)
  makeRoom(0)
}

/** Evicts until so many bytes fit the capacity, as far as there is something to evict. */
@inline
export function makeRoom(bytes: usize): void {
  while (<u64>ledger.usedBytes + <u64>bytes > <u64>ledger.capacity) if (!evict()) return
}

/** @returns whether an entry was freed. */
function evict(): bool {
  if (!ledger.cleanEntries || fruitless) return false
  // In a first lap all entries may turn out to be used.
  for (let steps: usize = 2 * ledger.slots; steps; steps--) {
    if (!hand || index > changetype<Segment>(hand).mask) {
      hand = hand && changetype<Segment>(hand).next ? changetype<Segment>(hand).next : first
      index = 0
    }
    const segment = changetype<Segment>(hand)
    const slot = segment.slotAt(index)
    const at = entryIn(slot)
    if (at && !isUsed(slot) && isFree(changetype<Entry>(at))) {
      // Removing may shift another entry into this slot: the hand stays.
      segment.remove(index)
      segment.complete = false
      ledger.usedBytes -= changetype<Entry>(at).bytes
      ledger.cleanEntries--
      stats.evicted++
      freeEntry(changetype<Entry>(at))
      return true
    }
    if (at) markUnused(slot)
    index++
  }
  fruitless = true
  return false
}

@inline
function isFree(entry: Entry): bool {
  return entry.generation == CLEAN && entry.stretch != ledger.stretch && entry.commit != ledger.commit
}
