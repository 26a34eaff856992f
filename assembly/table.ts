/**
 * The hash table of a segment: open addressing with linear probing. A slot is the row's hash (u32) and the address of its entry, whose
 * lowest bit says that it was used since the clock's hand passed. Slots hold the hash, so probing and moving touch few entries.
 */
import { AddressList } from './address-list'
import { equal } from './bytes'
import { Entry } from './entry'
import { ledger } from './ledger'
import { giveBlock, takeBlock } from './memory'

const FIRST_ORDER: u32 = 10
const USED: u32 = 1
const FLAGS: u32 = 15

@unmanaged
export class Segment {
  id: i64
  next: usize
  slots: usize
  order: u32
  mask: u32
  entries: u32
  /** False once rows may be on disk that are not in memory. */
  complete: bool
  /** Changed since the last snapshot, in order of the first change. */
  changed: AddressList
  /** At least what those take in a snapshot. */
  changedBytes: u32
  /** In snapshots that are not acknowledged yet. */
  inFlight: AddressList

  open(): void {
    this.entries = 0
    this.complete = true
    this.changedBytes = 0
    this.takeSlots(FIRST_ORDER)
  }

  /** Gives all memory but the entries' back. */
  close(): void {
    this.giveSlots(this.slots, this.order)
    this.changed.free()
    this.inFlight.free()
  }

  takeSlots(order: u32): void {
    this.order = order
    this.mask = (1 << (order - 3)) - 1
    this.slots = takeBlock(order)
    memory.fill(this.slots, 0, <usize>1 << order)
    ledger.slots += this.mask + 1
  }

  giveSlots(slots: usize, order: u32): void {
    giveBlock(slots, order)
    ledger.slots -= (<usize>1 << order) >> 3
  }

  @inline
  get slotsEnd(): usize {
    return this.slots + (<usize>1 << this.order)
  }

  @inline
  slotAt(index: u32): usize {
    return this.slots + (<usize>index << 3)
  }

  /** Brings the first slot of a hash, and the entry there (48 bytes at least, perhaps in two lines), into the cache. */
  @inline
  touch(hash: u32): u32 {
    const entry = <usize>(load<u32>(this.slotAt(hash & this.mask), 4) & ~FLAGS)
    return load<u32>(entry) + load<u32>(entry, 44)
  }

  /** @returns the slot of the row, or the empty slot where it would go. */
  @inline
  probe(hash: u32, start: i64, key: usize, keyLength: i32): usize {
    let index = hash & this.mask
    while (true) {
      const slot = this.slotAt(index)
      const entry = entryIn(slot)
      if (
        !entry ||
        (load<u32>(slot) == hash && isRow(changetype<Entry>(entry), start, key, keyLength))
      )
        return slot
      index = (index + 1) & this.mask
    }
  }

  /** Puts an entry that is not there yet. */
  @inline
  add(hash: u32, entry: usize): void {
    let index = hash & this.mask
    while (load<u32>(this.slotAt(index), 4)) index = (index + 1) & this.mask
    store<u32>(this.slotAt(index), hash)
    store<u32>(this.slotAt(index), <u32>entry, 4)
    if (++this.entries * 2 > this.mask) this.grow()
  }

  grow(): void {
    const old = this.slots
    const oldOrder = this.order
    this.takeSlots(oldOrder + 1)
    for (let from = old; from < old + (<usize>1 << oldOrder); from += 8) {
      const slot = load<u64>(from)
      if (!slot) continue
      let index = <u32>slot & this.mask
      while (load<u32>(this.slotAt(index), 4)) index = (index + 1) & this.mask
      store<u64>(this.slotAt(index), slot)
    }
    this.giveSlots(old, oldOrder)
  }

  /** Empties a slot, shifting back what had been pushed behind it. */
  remove(index: u32): void {
    let next = index
    while (true) {
      next = (next + 1) & this.mask
      const slot = load<u64>(this.slotAt(next))
      if (!slot) break
      const home = <u32>slot & this.mask
      if (((next - home) & this.mask) < ((next - index) & this.mask)) continue
      store<u64>(this.slotAt(index), slot)
      index = next
    }
    store<u64>(this.slotAt(index), 0)
    this.entries--
  }
}

@inline
export function entryIn(slot: usize): usize {
  return <usize>(load<u32>(slot, 4) & ~FLAGS)
}

@inline
export function markUsed(slot: usize): void {
  store<u32>(slot, load<u32>(slot, 4) | USED, 4)
}

@inline
export function markUnused(slot: usize): void {
  store<u32>(slot, load<u32>(slot, 4) & ~USED, 4)
}

@inline
export function isUsed(slot: usize): bool {
  return (load<u32>(slot, 4) & USED) != 0
}

@inline
function isRow(entry: Entry, start: i64, key: usize, keyLength: i32): bool {
  return entry.start == start && entry.keyLength == keyLength && equal(entry.key, key, keyLength)
}
