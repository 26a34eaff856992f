import type { CombinedKeySerde } from '../serde/combined-key.ts'
import type { Serde } from '../serde/serde.ts'
import type { Joiner } from './join-node.ts'
import type { NodeBase } from './node.ts'
import type { TableView } from './table-view.ts'

/** Of foreign-key joins (KIP-213): left table, its subscriptions on the right table's partitions, and the answers. */
export type ForeignKeyNode =
  | SubscriptionSendNode
  | SubscriptionReceiveNode
  | SubscriptionJoinNode
  | ForeignTableNode
  | ResponseJoinNode

/** Says what the left table's updates ask of the right one (Java's SubscriptionSendProcessorSupplier). */
export interface SubscriptionSendNode extends NodeBase {
  readonly kind: 'fk-subscription-send'
  readonly left: boolean
  readonly foreignKey: (value: unknown, key: unknown) => unknown
  readonly valueSerde: Serde<unknown>
  readonly foreignKeySerde: Serde<unknown>
}

/** Remembers who subscribed (Java's SubscriptionReceiveProcessorSupplier). */
export interface SubscriptionReceiveNode extends NodeBase {
  readonly kind: 'fk-subscription-receive'
  readonly store: string
  /** Of the store's keys. */
  readonly keySerde: CombinedKeySerde
}

/** Answers a subscription with the right table's value (Java's SubscriptionJoinProcessorSupplier). */
export interface SubscriptionJoinNode extends NodeBase {
  readonly kind: 'fk-subscription-join'
  readonly view: TableView
}

/** Sends an update of the right table to all who subscribed to its key (Java's ForeignTableJoinProcessorSupplier). */
export interface ForeignTableNode extends NodeBase {
  readonly kind: 'fk-foreign-table'
  readonly store: string
  readonly keySerde: CombinedKeySerde
}

/** Joins an answer with the left table's value, if that is still the one (Java's ResponseJoinProcessorSupplier). */
export interface ResponseJoinNode extends NodeBase {
  readonly kind: 'fk-response-join'
  readonly left: boolean
  readonly view: TableView
  readonly joiner: Joiner
  readonly valueSerde: Serde<unknown>
}
