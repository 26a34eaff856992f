import { prefixes } from '../plan/naming.ts'
import type { SourceNode } from '../plan/node.ts'
import { type BuildContext, nodeName, requireSerde } from './context.ts'
import { keyValueStoreSpec, storeName } from './materialized.ts'
import type { KeyValueStoreOptions, NamedOptions } from './options.ts'
import { sourceOf } from './source.ts'
import { sourceTable } from './table-node.ts'
import type { TablePosition } from './table-position.ts'
import { isNamed } from './table-store.ts'
import type { Topic } from './topic.ts'

export interface TableSourceOptions extends NamedOptions {
  readonly store?: KeyValueStoreOptions
}

/** StreamsBuilder.table: a source, and the node that turns its records into updates. It has a store only if somebody needs it. */
export function addTable(
  context: BuildContext,
  topic: Topic<unknown, unknown>,
  options: TableSourceOptions,
): TablePosition {
  const call = `table('${topic.name}')`
  const { store, source, name } = tableSource(context, topic, options, call)
  const { keySerde, valueSerde } = source
  const node = context.graph.add({
    kind: 'compound',
    nodes: [
      { node: source, parents: [] },
      { node: { kind: 'table-source', name, sendOldValues: false }, parents: [source.name] },
    ],
    stores: [],
  })
  return sourceTable({
    graph: context.graph,
    node,
    name,
    keySerde,
    valueSerde,
    makeStore: () => keyValueStoreSpec(context, options.store, { call, name: store, keySerde, valueSerde }),
    queryable: isNamed(call, options.store),
  })
}

interface TableSourceParts {
  readonly store: string
  readonly source: Omit<SourceNode, 'parents'>
  /** Of the node that makes updates. */
  readonly name: string
}

/** Names in Java's order: store, source, table. @throws StreamsError `serde-missing` */
export function tableSource(
  context: BuildContext,
  topic: Topic<unknown, unknown>,
  options: TableSourceOptions,
  call: string,
): TableSourceParts {
  const given = options.name
  const store = storeName(context, options.store, `${topic.name}-`, call)
  const sourceName = given === undefined ? undefined : `${given}-source`
  const name = nodeName(context, prefixes.source, call, sourceName)
  const source = sourceOf(topic)
  const hint = 'give it in the topic token'
  return {
    store,
    source: {
      kind: 'source',
      name,
      internal: false,
      ...source,
      keySerde: requireSerde(context, source.keySerde, 'key', call, hint),
      valueSerde: requireSerde(context, source.valueSerde, 'value', call, hint),
    },
    name: nodeName(context, prefixes.tableSource, call, given),
  }
}
