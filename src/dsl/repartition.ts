import { StreamsError } from '../core/errors.ts'
import { checkName, prefixes } from '../plan/naming.ts'
import type { Partitioner } from '../plan/node.ts'
import type { Serde } from '../serde/serde.ts'
import { type BuildContext, requireSerde, type StreamPosition } from './context.ts'
import type { RepartitionOptions } from './stream-options.ts'

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

/** KStream.repartition. @throws StreamsError `serde-missing`, `topology-invalid` */
export function addRepartition<K, V>(
  context: BuildContext,
  at: StreamPosition,
  options: RepartitionOptions<K, V>,
): StreamPosition {
  const { name: given, partitions, partitioner } = options
  const name =
    given === undefined ? context.naming.node(prefixes.repartition) : checkName(given, 'repartition: name')
  const explicit = {
    ...(partitions !== undefined && { partitions: positive(partitions) }),
    ...(partitioner && { partitioner: partitioner as Partitioner }),
  }
  const serde = (part: 'key' | 'value', serde: Serde<unknown> | undefined): Serde<unknown> =>
    requireSerde(context, serde, part, 'repartition', `give it as repartition({ ${part}: ... })`)
  const keySerde = serde('key', options.key ?? at.keySerde)
  const valueSerde = serde('value', options.value ?? at.valueSerde)
  return repartition(context, at, { name, keySerde, valueSerde, explicit })
}

function positive(partitions: number): number {
  if (Number.isInteger(partitions) && partitions > 0) return partitions
  throw new StreamsError('topology-invalid', `repartition: partitions must be 1 or more, not ${partitions}`)
}
