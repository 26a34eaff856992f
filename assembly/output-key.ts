/**
 * Output keys by template. All parts but the record key depend on the window only, so they are rendered once a window: a small
 * cache, direct-mapped, serves input that mixes windows.
 */
import { copy, put64 } from './bytes'
import { Entry } from './entry'
import { alloc, giveBlock, orderOf, takeBlock } from './memory'
import { program, windowSize } from './program'
import { putNumber } from './time-text'

const LITERAL: i32 = 0
const KEY: i32 = 1
const START: i32 = 2
const TIME: i32 = 3

@unmanaged
class Part {
  code: i32
  /** LITERAL: the bytes. */
  at: usize
  /** LITERAL: how many. TIME: the least number of digits. */
  length: i32
  /** TIME: the letter of the unit (ASCII), and whether of the window's end. */
  unit: i32
  ofEnd: i32
}

/** A rendering: window start i64, then per piece its length u32 (a record key follows each but the last), then the bytes. */
const LENGTHS: usize = 8
const WAYS_BITS: u32 = 6

let renderings: usize = 0
let renderingSize: usize = 0
let pieces: u32 = 1
let current: usize = 0

/** The key last built. */
export let outputKey: usize = 0
let outputKeyOrder: u32 = 0

export function makeOutputKey(): void {
  for (let i: u32 = 0; i < program.keyPartsLength; i++) if (partAt(i).code == KEY) pieces++
  renderingSize = (LENGTHS + 4 * pieces + program.keyPartsSize + 7) & ~7
  renderings = alloc(renderingSize << WAYS_BITS)
  for (let i: usize = 0; i < 1 << WAYS_BITS; i++) store<i64>(renderings + i * renderingSize, -1)
  current = renderings
}

@inline
function partAt(index: u32): Part {
  return changetype<Part>(program.keyParts + <usize>index * offsetof<Part>())
}

/** Builds a row's output key at `outputKey`. @returns its length. */
@inline
export function buildOutputKey(entry: Entry): i32 {
  if (load<i64>(current) != entry.start) selectRendering(entry.start)
  const keyLength = entry.keyLength
  const most = <usize>program.keyPartsSize + <usize>(pieces - 1) * keyLength
  if (most > <usize>1 << outputKeyOrder) growOutputKey(most)
  let p = outputKey
  let from = current + LENGTHS + 4 * pieces
  for (let piece: u32 = 0; piece < pieces; piece++) {
    if (piece) {
      copy(p, entry.key, keyLength)
      p += keyLength
    }
    const length = load<i32>(current + LENGTHS + (<usize>piece << 2))
    copy(p, from, length)
    p += length
    from += length
  }
  return <i32>(p - outputKey)
}

function growOutputKey(size: usize): void {
  if (outputKey) giveBlock(outputKey, outputKeyOrder)
  outputKeyOrder = orderOf(size)
  outputKey = takeBlock(outputKeyOrder)
}

function selectRendering(start: i64): void {
  const way = <usize>((<u64>start * 0x9e3779b97f4a7c15) >> (64 - WAYS_BITS))
  current = renderings + way * renderingSize
  if (load<i64>(current) != start) render(start)
}

function render(start: i64): void {
  store<i64>(current, start)
  let p = current + LENGTHS + 4 * pieces
  let from = p
  let piece: usize = 0
  for (let i: u32 = 0; i < program.keyPartsLength; i++) {
    const part = partAt(i)
    if (part.code == KEY) {
      store<u32>(current + LENGTHS + (piece++ << 2), <u32>(p - from))
      from = p
    } else if (part.code == LITERAL) {
      memory.copy(p, part.at, part.length)
      p += part.length
    } else if (part.code == START) {
      put64(p, start)
      p += 8
    } else p = putNumber(p, part.unit, part.ofEnd ? start + windowSize : start, part.length)
  }
  store<u32>(current + LENGTHS + (piece << 2), <u32>(p - from))
}
