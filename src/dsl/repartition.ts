import type { Partitioner } from '../plan/node.ts'
import type { Serde } from '../serde/serde.ts'
import type { BuildContext, StreamPosition } from './context.ts'

export interface RepartitionParts {
  /** The topic's name without application id and `-repartition`. */
  readonly name: string
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  /** Nobody named the topic; it has the name of the node before it. */
  readonly namedAfterNode?: boolean
  /** By `KStream.repartition`: never merged with another, and with these partitions and partitioner. */
  readonly explicit?: { readonly partitions?: number; readonly partitioner?: Partitioner }
}

/** Sends records through a repartition topic, to the partition of their new key (KStreamImpl.createRepartitionedSource). */
export function repartition(
  { graph, naming }: BuildContext,
  at: StreamPosition,
  { name, keySerde, valueSerde, explicit, namedAfterNode = false }: RepartitionParts,
): StreamPosition {
  const names = naming.repartition(name)
  const node = graph.add(
    { kind: 'repartition', names, keySerde, valueSerde, namedAfterNode, ...(explicit && { explicit }) },
    [at.node],
  )
  return { node, name: names.source, keySerde, valueSerde, keyChanged: false }
}
