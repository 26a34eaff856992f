/** One row, as a query sees it. */
import { ASKED, Entry, UNREAD } from './entry'
import { rowHash } from './hash'
import { ledger } from './ledger'
import { giveBlock, orderOf, takeBlock } from './memory'
import { program, retention } from './program'
import { segmentHolding } from './segments'
import { entryIn, Segment } from './table'

const NONE: i32 = 0
const UNKNOWN: i32 = 1

let key: usize = 0
let keyOrder: u32 = 0

/** @returns where to put the key of the row to look up. */
export function lookupKey(length: usize): usize {
  const order = orderOf(length)
  if (order > keyOrder) {
    if (key) giveBlock(key, keyOrder)
    keyOrder = order
    key = takeBlock(order)
  }
  return key
}

/** @returns the entry's address, NONE if there is no such row or it has expired, UNKNOWN if it may be on disk. */
export function lookup(length: i32, windowStart: f64): usize {
  const start = program.windowed ? <i64>windowStart : 0
  if (program.windowed && start < ledger.storeTime - retention + 1) return NONE
  const at = segmentHolding(start)
  if (!at) return NONE
  const segment = changetype<Segment>(at)
  const entry = entryIn(segment.probe(rowHash(start, key, length), start, key, length))
  if (!entry) return segment.complete ? NONE : UNKNOWN
  const row = changetype<Entry>(entry)
  if (row.exists) return entry
  return row.timestamp == UNREAD || row.timestamp == ASKED ? UNKNOWN : NONE
}
