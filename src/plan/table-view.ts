import type { TableFilterNode, TableJoinNode, TableMapValuesNode, TableTransformValuesNode } from './node.ts'

/**
 * How the value of a table is looked up by key (Java's KTableValueGetterSupplier): in its store, or, where the table
 * has none, computed from the tables it is made of.
 */
export type TableView = StoreView | FilterView | MapValuesView | TransformValuesView | JoinView | SuppressView

export interface StoreView {
  readonly kind: 'store'
  readonly store: string
}

export interface FilterView {
  readonly kind: 'filter'
  readonly of: TableView
  readonly node: Pick<TableFilterNode, 'name' | 'not' | 'expression' | 'lambda'>
}

export interface MapValuesView {
  readonly kind: 'map-values'
  readonly of: TableView
  readonly node: Pick<TableMapValuesNode, 'name' | 'expression' | 'lambda'>
}

export interface TransformValuesView {
  readonly kind: 'transform-values'
  readonly of: TableView
  readonly node: Pick<TableTransformValuesNode, 'name' | 'transformer' | 'connectedStores'>
}

export interface JoinView {
  readonly kind: 'join'
  readonly left: TableView
  readonly right: TableView
  readonly node: Pick<TableJoinNode, 'name' | 'join' | 'joiner'>
}

/** What has been let go so far: for a key that waits in the buffer, the value before (KTableSuppressProcessorSupplier). */
export interface SuppressView {
  readonly kind: 'suppress'
  readonly of: TableView
  readonly buffer: string
}

/** Names of the stores a lookup reads, each once, in Java's order. */
export function viewStores(view: TableView): readonly string[] {
  switch (view.kind) {
    case 'store':
      return [view.store]
    case 'join':
      return [...new Set([...viewStores(view.left), ...viewStores(view.right)])]
    case 'suppress':
      return [view.buffer, ...viewStores(view.of)]
    default:
      return viewStores(view.of)
  }
}
