import type { GraphNode } from '../plan/graph.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { TableView } from '../plan/table-view.ts'
import type { Serde } from '../serde/serde.ts'

/** Where in the graph a table stands, and how its values are found (Java's KTableImpl). `table-node.ts` makes them. */
export interface TablePosition {
  readonly node: GraphNode
  readonly keySerde: Serde<unknown> | undefined
  readonly valueSerde: Serde<unknown> | undefined
  /** The store that holds the table, if it has one by now: a later call may ask for it. */
  readonly store: StoreSpec | undefined
  /** What queries call the store, if the user named it (KTable.queryableStoreName). */
  readonly queryableStoreName: string | undefined
  /** Its updates are those of a versioned store, here or further up (KIP-914). */
  readonly versioned: boolean
  /** Gives a source table its store, if it has none yet (KTableImpl.valueGetterSupplier). */
  view(): TableView
  /**
   * Asks for old values in the table's updates, here and as far up as needed (KTableImpl.enableSendingOldValues).
   * @param forceMaterialization a table that could not tell gets a store.
   * @returns whether updates will carry old values.
   */
  sendOldValues(forceMaterialization: boolean): boolean
}

/** A table that every task has whole. */
export interface GlobalTablePosition {
  readonly store: StoreSpec
  readonly view: TableView
  readonly keySerde: Serde<unknown> | undefined
  readonly valueSerde: Serde<unknown> | undefined
}
