/**
 * A region's filter: comparisons, and, or, not, in postfix order, each done for all records before the next. A comparison with
 * a field that is absent or of another type is false.
 */
import { MOST } from './columns'
import { isText, kindAt, NUMBER, numberAt, TEXT } from './fields'
import { alloc } from './memory'
import { program } from './program'

const COMPARE_NUMBER: i32 = 0
const COMPARE_TEXT: i32 = 1
/** Booleans: is the value of that kind? */
const IS_KIND: i32 = 2
const AND: i32 = 3
const OR: i32 = 4

@unmanaged
class Operation {
  code: i32
  column: u32
  /**
   * COMPARE_NUMBER: bit 0 if it holds for a smaller field, 1 for an equal one, 2 for a greater one.
   * COMPARE_TEXT: 1 if it holds for equal texts, else 0. IS_KIND: the kind.
   */
  holds: u32
  text: usize
  textLength: i32
  padding: u32
  number: f64
}

/** A stack of columns of bytes, 0 or 1. */
let stack: usize = 0

export function makeFilter(): void {
  stack = alloc(<usize>program.filterDepth * MOST)
}

/** @returns a column of bytes: 1 for the records that pass. */
export function filter(count: i32): usize {
  let top = stack - MOST
  for (let i: u32 = 0; i < program.filterLength; i++) {
    const operation = changetype<Operation>(program.filter + <usize>i * offsetof<Operation>())
    const code = operation.code
    if (code <= IS_KIND) top += MOST
    if (code == COMPARE_NUMBER) compareNumbers(operation, top, count)
    else if (code == COMPARE_TEXT) compareTexts(operation, top, count)
    else if (code == IS_KIND) compareKinds(operation, top, count)
    else if (code == AND) {
      top -= MOST
      for (let r: usize = 0; r < <usize>count; r++) store<u8>(top + r, load<u8>(top + r) & load<u8>(top + MOST + r))
    } else if (code == OR) {
      top -= MOST
      for (let r: usize = 0; r < <usize>count; r++) store<u8>(top + r, load<u8>(top + r) | load<u8>(top + MOST + r))
    } else for (let r: usize = 0; r < <usize>count; r++) store<u8>(top + r, load<u8>(top + r) ^ 1)
  }
  return top
}

function compareNumbers(operation: Operation, result: usize, count: i32): void {
  const column = operation.column
  const holds = operation.holds
  const number = operation.number
  for (let r: usize = 0; r < <usize>count; r++) {
    const field = numberAt(column, r)
    const bit: u32 = field < number ? 0 : field == number ? 1 : 2
    store<u8>(result + r, kindAt(column, r) == NUMBER ? (holds >>> bit) & 1 : 0)
  }
}

function compareTexts(operation: Operation, result: usize, count: i32): void {
  const column = operation.column
  const text = operation.text
  const length = operation.textLength
  for (let r: usize = 0; r < <usize>count; r++)
    store<u8>(
      result + r,
      kindAt(column, r) == TEXT && <u32>isText(column, r, text, length) == operation.holds ? 1 : 0,
    )
}

function compareKinds(operation: Operation, result: usize, count: i32): void {
  for (let r: usize = 0; r < <usize>count; r++)
    store<u8>(result + r, kindAt(operation.column, r) == operation.holds ? 1 : 0)
}
