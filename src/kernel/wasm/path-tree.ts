import type { MemoryImage } from './memory-image.ts'

/** A step of the wanted paths. */
interface PathNode {
  readonly name: string
  readonly children: PathNode[]
  wanted: boolean
}

export interface PathTree {
  /** The address of its root; 0 without fields. */
  readonly root: number
  /** The column of each path, in the order given. */
  readonly columns: readonly number[]
  /** How many columns there are. */
  readonly size: number
}

const nodeBytes = 32

/** Lays out the paths as a tree of PathNode (assembly/fields.ts), its columns numbered in depth-first order. */
export function layOutPaths(image: MemoryImage, paths: readonly (readonly string[])[]): PathTree {
  if (paths.length === 0) return { root: 0, columns: [], size: 0 }
  const root: PathNode = { name: '', children: [], wanted: false }
  const ends = paths.map((path) => grow(root, path))
  const columns = new Map<PathNode, number>()
  const at = layOut(image, root, columns)
  return { root: at, columns: ends.map((node) => columns.get(node)!), size: columns.size }
}

function grow(root: PathNode, path: readonly string[]): PathNode {
  let node = root
  for (const name of path) {
    let child = node.children.find((other) => other.name === name)
    if (!child) {
      child = { name, children: [], wanted: false }
      node.children.push(child)
    }
    node = child
  }
  node.wanted = true
  return node
}

function layOut(image: MemoryImage, node: PathNode, columns: Map<PathNode, number>): number {
  const at = image.reserve(nodeBytes)
  const name = image.text(node.name)
  const first = columns.size
  const column = node.wanted ? first : -1
  if (node.wanted) columns.set(node, column)
  const children = node.children.map((child) => layOut(image, child, columns))
  image.words(at, name.at, name.length, column, first, columns.size, children[0] ?? 0)
  children.forEach((child, i) => {
    image.words(child + nextSiblingAt, children[i + 1] ?? 0)
  })
  return at
}

const nextSiblingAt = 24
