import type { Graph, GraphNode, OperatorStep } from '../plan/graph.ts'
import { checkName, type Naming } from '../plan/naming.ts'
import type { Serde } from '../serde/serde.ts'
import type { KStream } from './stream.ts'

/** What the streams and tables of one topology share while it is built. */
export interface BuildContext {
  readonly graph: Graph
  readonly naming: Naming
  /** Here because tables make streams and streams make tables, and files do not import each other in circles. */
  stream<K, V>(at: StreamPosition): KStream<K, V>
}

/** Where in the graph a stream stands, and what is known there. */
export interface StreamPosition {
  readonly node: GraphNode
  /** Undefined after a step that changed the key in a way that leaves its serde unknown. */
  readonly keySerde: Serde<unknown> | undefined
  readonly valueSerde: Serde<unknown> | undefined
  /** The key changed: before a stateful step, records must move to the partition of their new key. */
  readonly keyChanged: boolean
}

/** Names a node as Java does, checking a name that the user gave. */
export function nodeName(context: BuildContext, prefix: string, call: string, given?: string): string {
  if (given !== undefined) checkName(given, `${call}: name`)
  return context.naming.node(prefix, given)
}

/** Adds a step behind a position. */
export function follow(
  context: BuildContext,
  at: StreamPosition,
  step: Omit<OperatorStep, 'kind'>,
  changes: Partial<Omit<StreamPosition, 'node'>> = {},
): StreamPosition {
  return { ...at, ...changes, node: context.graph.add({ kind: 'operator', ...step }, [at.node]) }
}
