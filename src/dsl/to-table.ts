import { prefixes } from '../plan/naming.ts'
import type { Serde } from '../serde/serde.ts'
import { type BuildContext, nodeName, requireSerde, type StreamPosition } from './context.ts'
import { keyValueStoreSpec, storeName } from './materialized.ts'
import { repartition } from './repartition.ts'
import { sourceTable } from './table-node.ts'
import type { TableOptions } from './table-options.ts'
import type { TablePosition } from './table-position.ts'
import { isNamed } from './table-store.ts'

const call = 'toTable'

/** KStream.toTable: the stream's records as updates, repartitioned if the key changed. */
export function toTable(
  context: BuildContext,
  stream: StreamPosition,
  options: TableOptions<unknown, unknown>,
): TablePosition {
  const name = nodeName(context, prefixes.toTable, call, options.name)
  const store = storeName(context, options.store, prefixes.toTable, call)
  const keySerde = options.key ?? stream.keySerde
  const valueSerde = options.value ?? stream.valueSerde
  const serdes = (): { keySerde: Serde<unknown>; valueSerde: Serde<unknown> } => ({
    keySerde: requireSerde(context, keySerde, 'key', call, 'give it as toTable({ key: ... })'),
    valueSerde: requireSerde(context, valueSerde, 'value', call, 'give it as toTable({ value: ... })'),
  })
  const parent = stream.keyChanged ? repartition(context, stream, { name, ...serdes() }) : stream
  const node = context.graph.add(
    { kind: 'operator', node: { kind: 'table-source', name, sendOldValues: false } },
    [parent.node],
  )
  return sourceTable({
    graph: context.graph,
    node,
    name,
    keySerde,
    valueSerde,
    makeStore: () => keyValueStoreSpec(context, options.store, { call, name: store, ...serdes() }),
    queryable: isNamed(call, options.store),
  })
}
