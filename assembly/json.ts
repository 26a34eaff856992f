/**
 * One pass over a JSON document: is it well-formed as a whole, and what do the wanted fields hold? Accepts exactly what JSON.parse
 * does, save that malformed UTF-8 passes (it is read as U+FFFD).
 *
 * While a document is read, its end is marked by a NUL in place of the byte behind it. NUL is malformed everywhere, so no step needs
 * a bounds check.
 */
import {
  childNamed, clearFields, FALSE, OTHER, PathNode, putKind, putNumber, putText, TRUE,
} from './fields'
import {
  CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, digit, escaped, literalEnd, MINUS, numberEnd, OPEN_ARRAY, OPEN_OBJECT, QUOTE,
  space, stringEnd,
} from './json-text'
import { numberValue } from './json-number'
import { doubleBlock, takeBlock } from './memory'

/** What encloses a value: an array, an object of which nothing is wanted, or an object at that node. */
const ARRAY: u32 = 1
const UNWANTED: u32 = 0

let stackOrder: u32 = 8
let stack: usize = takeBlock(stackOrder)

/** Was there a wanted number or name that only JSON.parse reads exactly? */
export let inexact: bool = false

/** Of the property name last read. */
let child: usize = 0

/** @param root of the wanted paths, 0 for none; their values go to row `index` of the columns. */
export function parse(p: usize, length: i32, root: usize, index: usize): bool {
  const end = p + length
  const behind = load<u8>(end)
  store<u8>(end, 0)
  inexact = false
  if (root) clearFields(index)
  const stop = document(p, root, index)
  const whole = stop != 0 && space(stop) == end
  store<u8>(end, behind)
  return whole
}

function document(p: usize, wanted: usize, index: usize): usize {
  let depth: u32 = 0
  let inside = UNWANTED
  p = space(p)
  while (true) {
    const c = <u32>load<u8>(p)
    if (c == OPEN_OBJECT || c == OPEN_ARRAY) {
      if (wanted) putKind(changetype<PathNode>(wanted), index, OTHER)
      const object = c == OPEN_OBJECT
      p = space(p + 1)
      if (load<u8>(p) == (object ? CLOSE_OBJECT : CLOSE_ARRAY)) p++
      else {
        push(depth++, inside)
        inside = object ? (wanted && changetype<PathNode>(wanted).firstChild ? <u32>wanted : UNWANTED) : ARRAY
        wanted = 0
        if (object) {
          p = name(p, inside, index)
          if (!p) return 0
          wanted = child
        }
        continue
      }
    } else {
      p = scalar(p, c, wanted, index)
      if (!p) return 0
    }
    // The value has ended: go on behind it, and behind all that it closes.
    while (true) {
      if (!depth) return p
      p = space(p)
      const next = <u32>load<u8>(p)
      if (next == COMMA) {
        p = space(p + 1)
        wanted = 0
        if (inside != ARRAY) {
          p = name(p, inside, index)
          if (!p) return 0
          wanted = child
        }
        break
      }
      if (next != (inside == ARRAY ? CLOSE_ARRAY : CLOSE_OBJECT)) return 0
      p++
      inside = load<u32>(stack + (<usize>--depth << 2))
    }
  }
}

@inline
function push(depth: u32, inside: u32): void {
  if (depth << 2 == <u32>1 << stackOrder) stack = doubleBlock(stack, stackOrder++)
  store<u32>(stack + (<usize>depth << 2), inside)
}

/** A property's name and colon. @returns the position of its value, 0 if malformed. */
@inline
function name(p: usize, inside: u32, index: usize): usize {
  if (load<u8>(p) != QUOTE) return 0
  const start = p + 1
  const stop = stringEnd(start)
  if (!stop) return 0
  child = 0
  if (inside != UNWANTED) {
    if (escaped) inexact = true
    child = childNamed(changetype<PathNode>(<usize>inside), index, start, <u32>(stop - start))
  }
  p = space(stop + 1)
  return load<u8>(p) == COLON ? space(p + 1) : 0
}

@inline
function scalar(p: usize, first: u32, wanted: usize, index: usize): usize {
  const node = changetype<PathNode>(wanted)
  const keep = wanted != 0 && node.column >= 0
  if (first == QUOTE) {
    const stop = stringEnd(p + 1)
    if (!stop) return 0
    if (keep) {
      if (escaped) inexact = true
      putText(node, index, p + 1, stop - p - 1)
    }
    return stop + 1
  }
  if (first == MINUS || digit(first)) {
    const stop = numberEnd(p)
    if (keep && stop) {
      const value = numberValue(p, stop)
      if (value != value) inexact = true
      putNumber(node, index, value)
    }
    return stop
  }
  const stop = literalEnd(p)
  if (keep && stop) putKind(node, index, first == 0x74 ? TRUE : first == 0x66 ? FALSE : OTHER)
  return stop
}
