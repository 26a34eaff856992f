import { StreamsError } from '../core/errors.ts'
import type { Graph, GraphNode, OperatorStep } from '../plan/graph.ts'
import { checkName, type Naming } from '../plan/naming.ts'
import type { StoreKind } from '../plan/store-spec.ts'
import type { Serde } from '../serde/serde.ts'
import type { KStream } from './stream.ts'
import type { KTable } from './table.ts'
import type { TablePosition } from './table-position.ts'

/** What the streams and tables of one topology share while it is built. */
export interface BuildContext {
  readonly graph: Graph
  readonly naming: Naming
  readonly defaults: BuildDefaults
  // Here because tables make streams and streams make tables, and files do not import each other in circles.
  stream<K, V>(at: StreamPosition): KStream<K, V>
  table<K, V>(at: TablePosition): KTable<K, V>
}

/** What holds where a call says nothing. */
export interface BuildDefaults {
  readonly keySerde: Serde<unknown> | undefined
  readonly valueSerde: Serde<unknown> | undefined
  readonly store: StoreKind
}

/** Where in the graph a stream stands, and what is known there. */
export interface StreamPosition {
  readonly node: GraphNode
  /** Name of the node whose records these are; topics of a repartition are named after it. */
  readonly name: string
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
  const node = context.graph.add({ kind: 'operator', ...step }, [at.node])
  return { ...at, ...changes, node, name: step.node.name }
}

/** @throws StreamsError `serde-missing` naming the call and how to give the serde. */
export function requireSerde(
  { defaults }: Pick<BuildContext, 'defaults'>,
  serde: Serde<unknown> | undefined,
  part: 'key' | 'value',
  call: string,
  hint: string,
): Serde<unknown> {
  const found = serde ?? (part === 'key' ? defaults.keySerde : defaults.valueSerde)
  if (found) return found
  throw new StreamsError('serde-missing', `${call}: the ${part} serde is unknown; ${hint}`)
}
