/** The segments in memory, ascending by number; a segment has a table of its own, so that it is dropped whole. */
import { AddressList } from './address-list'
import { alloc } from './memory'
import { segmentSize } from './program'
import { Segment } from './table'

export let first: usize = 0
let spare: usize = 0
/** The one last asked for: input is nearly ordered by time. */
let lastId: i64 = -1
let last: usize = 0

@inline
export function segmentNumber(start: i64): i64 {
  return start / segmentSize
}

/** @returns the segment of a window, made if need be. */
@inline
export function segmentFor(start: i64): Segment {
  const id = segmentNumber(start)
  return id == lastId ? changetype<Segment>(last) : findOrOpen(id)
}

/** @returns the segment of a window, 0 if there is none. */
export function segmentHolding(start: i64): usize {
  const id = segmentNumber(start)
  let at = first
  while (at && changetype<Segment>(at).id < id) at = changetype<Segment>(at).next
  return at && changetype<Segment>(at).id == id ? at : 0
}

export function findOrOpen(id: i64): Segment {
  let before: usize = 0
  let at = first
  while (at && changetype<Segment>(at).id < id) {
    before = at
    at = changetype<Segment>(at).next
  }
  if (!at || changetype<Segment>(at).id != id) {
    const segment = newSegment(id)
    segment.next = at
    at = changetype<usize>(segment)
    if (before) changetype<Segment>(before).next = at
    else first = at
  }
  lastId = id
  last = at
  return changetype<Segment>(at)
}

function newSegment(id: i64): Segment {
  let at = spare
  if (at) spare = changetype<Segment>(at).next
  else {
    at = alloc(offsetof<Segment>())
    changetype<Segment>(at).changed = newList()
    changetype<Segment>(at).inFlight = newList()
  }
  const segment = changetype<Segment>(at)
  segment.id = id
  segment.open()
  return segment
}

function newList(): AddressList {
  return changetype<AddressList>(alloc(offsetof<AddressList>()))
}

/** Takes the first segment out; its entries must have been freed. */
export function dropFirst(): void {
  const segment = changetype<Segment>(first)
  first = segment.next
  segment.close()
  segment.next = spare
  spare = changetype<usize>(segment)
  lastId = -1
}
