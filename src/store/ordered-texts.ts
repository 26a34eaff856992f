import { concatIterators, nothing } from './iterators.ts'

const fullNode = 32
const shortRange = 16

interface Leaf<V> {
  readonly kind: 'leaf'
  readonly edition: number
  readonly keys: string[]
  readonly values: V[]
}

/** `keys[i]` is a lower bound of `children[i]`; that of the first child is never looked at. */
interface Branch<V> {
  readonly kind: 'branch'
  readonly edition: number
  readonly keys: string[]
  readonly children: Node<V>[]
}

type Node<V> = Leaf<V> | Branch<V>

export interface TextRange {
  /** Inclusive. */
  readonly from: string | undefined
  /** Exclusive. */
  readonly to: string | undefined
  readonly reverse: boolean
}

/**
 * An ordered map from texts to values, in order of UTF-16 units: a B+ tree whose nodes are copied on write only while an
 * iterator may still see them. So an iterator shows the map as it was when it was made, and writes pay for it only then.
 */
export class OrderedTexts<V> {
  /** Nodes of an older edition are shared with an iterator. */
  #edition = 0
  #root: Node<V> = { kind: 'leaf', edition: 0, keys: [], values: [] }

  set(key: string, value: V): void {
    const root = this.#own(this.#root)
    this.#insert(root, key, value)
    const right = splitIfFull(root)
    this.#root = right ? parentOf(root, right, this.#edition) : root
  }

  delete(key: string): void {
    const root = this.#own(this.#root)
    this.#remove(root, key)
    this.#root = lowered(root, this.#edition)
  }

  /** A short range is read at once, so that it makes no write copy nodes. @returns `nothing` if there are none. */
  range(range: TextRange): Iterator<readonly [string, V], void> {
    const rest = new TreeIterator(this.#root, range)
    let item = rest.next()
    if (item.done) return nothing
    const first: (readonly [string, V])[] = []
    for (; !item.done; item = rest.next()) {
      first.push(item.value)
      if (first.length < shortRange) continue
      this.#edition++
      return concatIterators([first[Symbol.iterator](), rest])
    }
    return first[Symbol.iterator]()
  }

  #own(node: Node<V>): Node<V> {
    if (node.edition === this.#edition) return node
    const edition = this.#edition
    return node.kind === 'leaf'
      ? { kind: 'leaf', edition, keys: node.keys.slice(), values: node.values.slice() }
      : { kind: 'branch', edition, keys: node.keys.slice(), children: node.children.slice() }
  }

  #insert(node: Node<V>, key: string, value: V): void {
    if (node.kind === 'leaf') {
      insertInLeaf(node, key, value)
      return
    }
    const at = childIndex(node.keys, key)
    const child = this.#own(node.children[at]!)
    node.children[at] = child
    this.#insert(child, key, value)
    const right = splitIfFull(child)
    if (right) {
      node.keys.splice(at + 1, 0, right.keys[0]!)
      node.children.splice(at + 1, 0, right)
    }
  }

  /** Nodes are not merged when they get small, only dropped when they are empty. */
  #remove(node: Node<V>, key: string): void {
    if (node.kind === 'leaf') {
      const at = lowerBound(node.keys, key)
      if (node.keys[at] !== key) return
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

function insertInLeaf<V>(leaf: Leaf<V>, key: string, value: V): void {
  const at = lowerBound(leaf.keys, key)
  if (leaf.keys[at] === key) {
    leaf.values[at] = value
    return
  }
  leaf.keys.splice(at, 0, key)
  leaf.values.splice(at, 0, value)
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
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the child that holds `key` if any does. */
function childIndex(keys: readonly string[], key: string): number {
  let low = 1
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (keys[middle]! <= key) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Walks the leaves of a tree that no longer changes. */
class TreeIterator<V> implements Iterator<readonly [string, V], void> {
  readonly #branches: Branch<V>[] = []
  readonly #indexes: number[] = []
  readonly #step: 1 | -1
  readonly #end: string | undefined
  #leaf: Leaf<V> | undefined
  #at: number

  constructor(root: Node<V>, { from, to, reverse }: TextRange) {
    this.#step = reverse ? -1 : 1
    this.#end = reverse ? from : to
    const start = reverse ? to : from
    const leaf = this.#descend(root, start)
    this.#leaf = leaf
    if (start === undefined) this.#at = this.#edge(leaf.keys.length)
    else this.#at = reverse ? lowerBound(leaf.keys, start) - 1 : lowerBound(leaf.keys, start)
  }

  next(): IteratorResult<readonly [string, V], void> {
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

  return(): IteratorResult<readonly [string, V], void> {
    this.#leaf = undefined
    return { done: true, value: undefined }
  }

  #isPastEnd(key: string): boolean {
    if (this.#end === undefined) return false
    return this.#step > 0 ? key >= this.#end : key < this.#end
  }

  #edge(length: number): number {
    return this.#step > 0 ? 0 : length - 1
  }

  #descend(from: Node<V>, key: string | undefined): Leaf<V> {
    let node = from
    while (node.kind === 'branch') {
      const index = key === undefined ? this.#edge(node.children.length) : childIndex(node.keys, key)
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
