/**
 * The orders in which Java's HashSet and TreeSet give out their elements. The text of `describe()` depends on them,
 * and users compare that text with what their Java application printed.
 */

/** Order of a HashSet filled one by one, or (`copied`) made from another collection, which may have more buckets. */
export function hashOrder(names: readonly string[], copied = false): readonly string[] {
  const mask = (copied ? copiedCapacity(names.length) : grownCapacity(names.length)) - 1
  const bucket = (name: string): number => {
    const hash = hashCode(name)
    return (hash ^ (hash >>> 16)) & mask
  }
  // The sort is stable, as a bucket is a list in order of insertion.
  return [...names].sort((a, b) => bucket(a) - bucket(b))
}

function grownCapacity(size: number): number {
  let capacity = 16
  while (size > capacity * 0.75) capacity *= 2
  return capacity
}

function copiedCapacity(size: number): number {
  let capacity = 16
  while (capacity < Math.floor(size / 0.75) + 1) capacity *= 2
  return capacity
}

/** String.hashCode */
function hashCode(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}

/** UTF-16 order, as String.compareTo. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

interface Entry<T> {
  readonly value: T
  left: Entry<T> | undefined
  right: Entry<T> | undefined
  parent: Entry<T> | undefined
  red: boolean
}

/**
 * A red-black tree that balances exactly as TreeMap. A sorted array would not do: `describe()` inserts nodes while
 * their sort key, the size of the subtree below them, still grows, so the order depends on the shape of the tree.
 */
export class TreeSet<T> {
  readonly #compare: (a: T, b: T) => number
  #root: Entry<T> | undefined

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare
  }

  add(value: T): void {
    const entry: Entry<T> = { value, left: undefined, right: undefined, parent: undefined, red: true }
    if (!this.#root) this.#root = entry
    else this.#insert(this.#root, entry)
    this.#balance(entry)
  }

  values(): T[] {
    const found: T[] = []
    const visit = (entry: Entry<T> | undefined): void => {
      if (!entry) return
      visit(entry.left)
      found.push(entry.value)
      visit(entry.right)
    }
    visit(this.#root)
    return found
  }

  #insert(root: Entry<T>, entry: Entry<T>): void {
    for (let at = root; ; ) {
      const order = this.#compare(entry.value, at.value)
      if (order === 0) return
      const side = order < 0 ? 'left' : 'right'
      const next = at[side]
      if (!next) {
        entry.parent = at
        at[side] = entry
        return
      }
      at = next
    }
  }

  /** TreeMap.fixAfterInsertion */
  #balance(added: Entry<T>): void {
    let entry = added
    while (entry.parent?.red) {
      const parent = entry.parent
      const grandparent = parent.parent!
      const side = grandparent.left === parent ? 'left' : 'right'
      const other = side === 'left' ? 'right' : 'left'
      const uncle = grandparent[other]
      if (uncle?.red) {
        parent.red = false
        uncle.red = false
        grandparent.red = true
        entry = grandparent
        continue
      }
      if (parent[other] === entry) {
        this.#rotate(parent, side)
        entry = parent
      }
      entry.parent!.red = false
      grandparent.red = true
      this.#rotate(grandparent, other)
    }
    this.#root!.red = false
  }

  /** Moves the entry down to `side`; its child of the other side takes its place. */
  #rotate(entry: Entry<T>, side: 'left' | 'right'): void {
    const other = side === 'left' ? 'right' : 'left'
    const child = entry[other]!
    entry[other] = child[side]
    if (child[side]) child[side].parent = entry
    child.parent = entry.parent
    if (!entry.parent) this.#root = child
    else if (entry.parent.left === entry) entry.parent.left = child
    else entry.parent.right = child
    child[side] = entry
    entry.parent = child
  }
}
