/**
 * The fields of JSON values as columns: what kind of value each record has there, and the value. The wanted paths form a tree;
 * TypeScript lays it out (src/kernel/wasm/program-image.ts) and numbers the columns so that those below a node are neighbours.
 */
import { equal } from './bytes'
import { MOST } from './columns'
import { alloc } from './memory'

/** Kinds of values. */
export const ABSENT: u32 = 0
export const OTHER: u32 = 1
export const NUMBER: u32 = 2
export const TEXT: u32 = 3
export const TRUE: u32 = 4
export const FALSE: u32 = 5

/** A step of a path. */
@unmanaged
export class PathNode {
  name: usize
  nameLength: u32
  /** Where the value of this very path goes; -1: only fields below it are wanted. */
  column: i32
  /** The columns of this path and all below it. */
  firstColumn: u32
  endColumn: u32
  firstChild: usize
  nextSibling: usize
}

let kinds: usize = 0
let numbers: usize = 0
let texts: usize = 0
let fieldCount: u32 = 0

export function makeFieldColumns(fields: u32): void {
  fieldCount = fields
  kinds = alloc(<usize>fields * MOST)
  numbers = alloc(<usize>fields * MOST * 8)
  texts = alloc(<usize>fields * MOST * 8)
}

@inline
export function kindAt(column: u32, index: usize): u32 {
  return load<u8>(kinds + <usize>column * MOST + index)
}

@inline
export function numberAt(column: u32, index: usize): f64 {
  return load<f64>(numbers + ((<usize>column * MOST + index) << 3))
}

/** The bytes of a text without escapes. */
@inline
export function isText(column: u32, index: usize, text: usize, length: i32): bool {
  const at = texts + ((<usize>column * MOST + index) << 3)
  return load<i32>(at, 4) == length && equal(load<u32>(at), text, length)
}

/** All fields of a record become absent. */
@inline
export function clearFields(index: usize): void {
  for (let column: u32 = 0; column < fieldCount; column++) store<u8>(kinds + <usize>column * MOST + index, ABSENT)
}

@inline
export function putKind(node: PathNode, index: usize, kind: u32): void {
  if (node.column >= 0) store<u8>(kinds + <usize>node.column * MOST + index, kind)
}

@inline
export function putNumber(node: PathNode, index: usize, value: f64): void {
  store<u8>(kinds + <usize>node.column * MOST + index, NUMBER)
  store<f64>(numbers + ((<usize>node.column * MOST + index) << 3), value)
}

@inline
export function putText(node: PathNode, index: usize, at: usize, length: usize): void {
  store<u8>(kinds + <usize>node.column * MOST + index, TEXT)
  const text = texts + ((<usize>node.column * MOST + index) << 3)
  store<u32>(text, <u32>at)
  store<u32>(text, <u32>length, 4)
}

/**
 * The step of that name below a node, 0 if none is wanted. What an earlier property of the same name left is forgotten: the last one
 * counts, whole.
 */
@inline
export function childNamed(node: PathNode, index: usize, name: usize, length: u32): usize {
  let child = node.firstChild
  while (child) {
    const step = changetype<PathNode>(child)
    if (step.nameLength == length && equal(step.name, name, length)) {
      for (let column = step.firstColumn; column < step.endColumn; column++)
        store<u8>(kinds + <usize>column * MOST + index, ABSENT)
      return child
    }
    child = step.nextSibling
  }
  return 0
}
