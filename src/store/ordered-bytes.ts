import { compareBytes } from '../core/bytes.ts'
import type { RangeOptions } from './byte-store.ts'

const fullNode = 32

interface Leaf<V> {
  readonly kind: 'leaf'
  readonly edition: number
  readonly keys: Uint8Array[]
  readonly values: V[]
}

/** `keys[i]` is a lower bound of `children[i]`; that of the first child is never looked at. */
interface Branch<V> {
  readonly kind: 'branch'
  readonly edition: number
  readonly keys: Uint8Array[]
  readonly children: Node<V>[]
}

type Node<V> = Leaf<V> | Branch<V>

/**
 * An ordered map from bytes to values, in unsigned byte order: a B+ tree whose nodes are copied on write only while an
 * iterator may still see them. So an iterator shows the map as it was when it was made, and writes pay for it only then.
 */
export class OrderedBytes<V> {
  /** Nodes of an older edition are shared with an iterator. */
  #edition = 0
  #root: Node<V> = { kind: 'leaf', edition: 0, keys: [], values: [] }
  #size = 0

  get size(): number {
    return this.#size
  }

  get(key: Uint8Array): V | undefined {
    let node = this.#root
    while (node.kind === 'branch') node = node.children[childIndex(node.keys, key)]!
    const at = lowerBound(node.keys, key)
    return isAt(node.keys, at, key) ? node.values[at] : undefined
  }

  /** Copies the key if it is new. @returns the value replaced. */
  set(key: Uint8Array, value: V): V | undefined {
    const root = this.#own(this.#root)
    const replaced = this.#insert(root, key, value)
    const right = splitIfFull(root)
    this.#root = right ? parentOf(root, right, this.#edition) : root
    return replaced
  }

  /** @returns the value removed. */
  delete(key: Uint8Array): V | undefined {
    const removed = this.get(key)
    if (removed === undefined) return undefined
    const root = this.#own(this.#root)
    this.#remove(root, key)
    this.#root = lowered(root, this.#edition)
    this.#size--
    return removed
  }

  range(options: RangeOptions = {}): IterableIterator<readonly [Uint8Array, V]> {
    this.#edition++
    return new TreeIterator(this.#root, options)
  }

  #own(node: Node<V>): Node<V> {
    if (node.edition === this.#edition) return node
    const edition = this.#edition
    return node.kind === 'leaf'
      ? { kind: 'leaf', edition, keys: node.keys.slice(), values: node.values.slice() }
      : { kind: 'branch', edition, keys: node.keys.slice(), children: node.children.slice() }
  }

  #insert(node: Node<V>, key: Uint8Array, value: V): V | undefined {
    if (node.kind === 'leaf') return this.#insertInLeaf(node, key, value)
    const at = childIndex(node.keys, key)
    const child = this.#own(node.children[at]!)
    node.children[at] = child
    const replaced = this.#insert(child, key, value)
    const right = splitIfFull(child)
    if (right) {
      node.keys.splice(at + 1, 0, right.keys[0]!)
      node.children.splice(at + 1, 0, right)
    }
    return replaced
  }

  #insertInLeaf(leaf: Leaf<V>, key: Uint8Array, value: V): V | undefined {
    const at = lowerBound(leaf.keys, key)
    if (isAt(leaf.keys, at, key)) {
      const replaced = leaf.values[at]
      leaf.values[at] = value
      return replaced
    }
    leaf.keys.splice(at, 0, new Uint8Array(key))
    leaf.values.splice(at, 0, value)
    this.#size++
    return undefined
  }

  /** Nodes are not merged when they get small, only dropped when they are empty. */
  #remove(node: Node<V>, key: Uint8Array): void {
    if (node.kind === 'leaf') {
      const at = lowerBound(node.keys, key)
      node.keys.splice(at, 1)
      node.values.splice(at, 1)
      return
    }
    const at = childIndex(node.keys, key)
    const child = this.#own(node.children[at]!)
    node.children[at] = child
    this.#remove(child, key)
    if (child.keys.length === 0) {
      node.keys.splice(at, 1)
      node.children.splice(at, 1)
    }
  }
}

/** Cuts off the upper half. */
function splitIfFull<V>(node: Node<V>): Node<V> | undefined {
  if (node.keys.length < fullNode) return undefined
  const half = fullNode >> 1
  const keys = node.keys.splice(half)
  return node.kind === 'leaf'
    ? { kind: 'leaf', edition: node.edition, keys, values: node.values.splice(half) }
    : { kind: 'branch', edition: node.edition, keys, children: node.children.splice(half) }
}

function parentOf<V>(left: Node<V>, right: Node<V>, edition: number): Branch<V> {
  return { kind: 'branch', edition, keys: [left.keys[0]!, right.keys[0]!], children: [left, right] }
}

function lowered<V>(root: Node<V>, edition: number): Node<V> {
  let node = root
  while (node.kind === 'branch' && node.children.length === 1) node = node.children[0]!
  return node.keys.length === 0 ? { kind: 'leaf', edition, keys: [], values: [] } : node
}

/** Index of the first key >= `key`. */
function lowerBound(keys: readonly Uint8Array[], key: Uint8Array): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareBytes(keys[middle]!, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function isAt(keys: readonly Uint8Array[], at: number, key: Uint8Array): boolean {
  return at < keys.length && compareBytes(keys[at]!, key) === 0
}

/** Index of the child that holds `key` if any does. */
function childIndex(keys: readonly Uint8Array[], key: Uint8Array): number {
  let low = 1
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareBytes(keys[middle]!, key) <= 0) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Walks the leaves of a tree that no longer changes. */
class TreeIterator<V> implements IterableIterator<readonly [Uint8Array, V]> {
  readonly #branches: Branch<V>[] = []
  readonly #indexes: number[] = []
  readonly #step: 1 | -1
  readonly #end: Uint8Array | undefined
  #leaf: Leaf<V> | undefined
  #at: number

  constructor(root: Node<V>, { from, to, reverse = false }: RangeOptions) {
    this.#step = reverse ? -1 : 1
    this.#end = reverse ? from : to
    const start = reverse ? to : from
    const leaf = this.#descend(root, start)
    this.#leaf = leaf
    if (start === undefined) this.#at = this.#edge(leaf.keys.length)
    else this.#at = reverse ? lowerBound(leaf.keys, start) - 1 : lowerBound(leaf.keys, start)
  }

  next(): IteratorResult<readonly [Uint8Array, V]> {
    while (this.#leaf) {
      const key = this.#leaf.keys[this.#at]
      if (key === undefined) {
        this.#nextLeaf()
        continue
      }
      if (this.#isPastEnd(key)) break
      const value = this.#leaf.values[this.#at]!
      this.#at += this.#step
      return { done: false, value: [key, value] }
    }
    return this.return()
  }

  return(): IteratorResult<readonly [Uint8Array, V]> {
    this.#leaf = undefined
    return { done: true, value: undefined }
  }

  [Symbol.iterator](): this {
    return this
  }

  #isPastEnd(key: Uint8Array): boolean {
    if (this.#end === undefined) return false
    const order = compareBytes(key, this.#end)
    return this.#step > 0 ? order >= 0 : order < 0
  }

  #edge(length: number): number {
    return this.#step > 0 ? 0 : length - 1
  }

  #descend(from: Node<V>, key: Uint8Array | undefined): Leaf<V> {
    let node = from
    while (node.kind === 'branch') {
      const index = key ? childIndex(node.keys, key) : this.#edge(node.children.length)
      this.#branches.push(node)
      this.#indexes.push(index)
      node = node.children[index]!
    }
    return node
  }

  #nextLeaf(): void {
    for (let level = this.#branches.length - 1; level >= 0; level--) {
      const index = this.#indexes[level]! + this.#step
      const next = this.#branches[level]!.children[index]
      if (next === undefined) {
        this.#branches.pop()
        this.#indexes.pop()
        continue
      }
      this.#indexes[level] = index
      this.#leaf = this.#descend(next, undefined)
      this.#at = this.#edge(this.#leaf.keys.length)
      return
    }
    this.#leaf = undefined
  }
}
