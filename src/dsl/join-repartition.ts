import type { GraphNode } from '../plan/graph.ts'
import type { Serde } from '../serde/serde.ts'
import { type BuildContext, requireSerde, type StreamPosition } from './context.ts'
import { repartition } from './repartition.ts'

/** By stream: its repartition for a join (KStreamImpl.repartitionNode). A position is one KStream object's own. */
const repartitions = new WeakMap<StreamPosition, GraphNode>()

export interface JoinSide {
  /** Of the call, for messages. */
  readonly call: string
  /** Names the topic; undefined: the stream does. */
  readonly name: string | undefined
  readonly keySerde: Serde<unknown> | undefined
  readonly valueSerde: Serde<unknown> | undefined
  /** Name of the option that gives the value's serde. */
  readonly valueOption: string
}

/**
 * The side of a join after the repartition it needs if its key changed. Joins that give no name share the repartition
 * of their stream, though each uses up the indexes of its own (KStreamImpl.repartitionForJoin).
 */
export function repartitionForJoin(
  context: BuildContext,
  at: StreamPosition,
  side: JoinSide,
): StreamPosition {
  if (!at.keyChanged) return at
  const { call } = side
  const serdes = {
    keySerde: requireSerde(context, side.keySerde ?? at.keySerde, 'key', call, 'give it as { key: ... }'),
    valueSerde: requireSerde(
      context,
      side.valueSerde ?? at.valueSerde,
      'value',
      call,
      `give it as { ${side.valueOption}: ... }`,
    ),
  }
  const name = side.name ?? at.name
  const existing = repartitions.get(at)
  if (existing && name === at.name) {
    const names = context.naming.repartition(name)
    return { node: existing, name: names.source, ...serdes, keyChanged: false }
  }
  const moved = repartition(context, at, { name, ...serdes, namedAfterNode: side.name === undefined })
  repartitions.set(at, moved.node)
  return moved
}
