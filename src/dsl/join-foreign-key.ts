import type { GraphNode } from '../plan/graph.ts'
import { prefixes } from '../plan/naming.ts'
import type { Joiner, Partitioner, SinkNode } from '../plan/node.ts'
import type { SubscriptionStoreSpec } from '../plan/store-spec.ts'
import { combinedKey } from '../serde/combined-key.ts'
import { bytes } from '../serde/scalars.ts'
import type { Serde } from '../serde/serde.ts'
import { type SubscriptionResponse, subscription, subscriptionResponse } from '../serde/subscription.ts'
import { isWindowed } from '../serde/windowed.ts'
import { type BuildContext, nodeName, requireSerde } from './context.ts'
import { keyValueStoreSpec, storeName } from './materialized.ts'
import { sourceTable } from './table-node.ts'
import type { TableOptions } from './table-options.ts'
import type { TablePosition } from './table-position.ts'

/** Chooses the partition of a key as the table's topic does, if that is not by murmur2; undefined for the default. */
export type KeyPartitioner<K> = (key: K, partitions: number, topic: string) => number | undefined

/** Java's TableJoined and Materialized, and the foreign key. */
export interface ForeignKeyJoinOptions<K, V, K2, R> extends TableOptions<K, R> {
  /** The key of the other table's row that belongs to a row; null or undefined for none. Must be synchronous. */
  readonly foreignKey: (value: V, key: K) => K2 | null | undefined
  /** Of this table's keys; the result's records go where it says. */
  readonly partitioner?: KeyPartitioner<K>
  /** Of the other table's keys. */
  readonly otherPartitioner?: KeyPartitioner<K2>
}

/** A join whose steps are being added, in Java's order: names are numbered by it. */
interface Join {
  readonly context: BuildContext
  readonly call: 'join' | 'leftJoin'
  readonly left: TablePosition
  readonly right: TablePosition
  readonly joiner: Joiner
  readonly options: ForeignKeyJoinOptions<never, never, unknown, never>
  readonly serdes: Readonly<Record<'primaryKey' | 'value' | 'foreignKey' | 'foreignValue', Serde<unknown>>>
  /** A generated name, or the join's with the suffix. */
  name(prefix: string, suffix: string): string
}

/**
 * A join of tables by a key in the left one's values (KTableImpl.doJoinOnForeignKey, KIP-213). Left rows subscribe where
 * the right row of their foreign key is, by one topic, and the answers come back by another.
 */
export function joinForeignKey(
  context: BuildContext,
  left: TablePosition,
  right: TablePosition,
  isLeft: boolean,
  joiner: Joiner,
  options: Join['options'],
): TablePosition {
  const call = isLeft ? 'leftJoin' : 'join'
  // The left table's old value says which subscription is over.
  right.sendOldValues(true)
  left.sendOldValues(true)
  const serdes = tableSerdes(context, left, right, call)
  const name = (prefix: string, suffix: string): string =>
    nodeName(context, prefix, call, options.name === undefined ? undefined : `${options.name}${suffix}`)
  const join: Join = { context, call, left, right, joiner, options, serdes, name }
  return addResult(join, addResponses(join, addAnswers(join, addSubscriptions(join))))
}

function tableSerdes(
  context: BuildContext,
  left: TablePosition,
  right: TablePosition,
  call: string,
): Join['serdes'] {
  const [ofLeft, ofRight] = ['give it to this table', 'give it to the other table']
  return {
    primaryKey: requireSerde(context, left.keySerde, 'key', call, ofLeft),
    value: requireSerde(context, left.valueSerde, 'value', call, ofLeft),
    foreignKey: requireSerde(context, right.keySerde, 'key', call, ofRight),
    foreignValue: requireSerde(context, right.valueSerde, 'value', call, ofRight),
  }
}

/** @returns the source of the subscriptions, on the right table's side. */
function addSubscriptions(join: Join): GraphNode {
  const { left, options, serdes, name } = join
  const topic = `${name(prefixes.fkRegistration, '-subscription-registration')}-topic`
  const send = join.context.graph.add(
    {
      kind: 'operator',
      node: {
        kind: 'fk-subscription-send',
        name: name(prefixes.fkRegistration, '-subscription-registration-processor'),
        left: join.call === 'leftJoin',
        foreignKey: options.foreignKey as (value: unknown, key: unknown) => unknown,
        valueSerde: serdes.value,
        foreignKeySerde: serdes.foreignKey,
      },
    },
    [left.node],
  )
  return addTopic(join, [send], '-subscription-registration', {
    topic,
    keySerde: serdes.foreignKey,
    valueSerde: subscription(serdes.primaryKey),
    ...(options.otherPartitioner && { partitioner: partitionerOf(options.otherPartitioner) }),
  })
}

/** @returns the nodes that send answers: to new subscriptions, and to all when the right table changes. */
function addAnswers(join: Join, subscriptions: GraphNode): GraphNode[] {
  const { context, right, serdes, name } = join
  const keySerde = combinedKey(serdes.foreignKey, serdes.primaryKey)
  const store = subscriptionStore(join, name(prefixes.fkStore, '-subscription-store'))
  const receive = context.graph.add(
    {
      kind: 'operator',
      node: {
        kind: 'fk-subscription-receive',
        name: name(prefixes.fkSubscription, '-subscription-receive'),
        store: store.name,
        keySerde,
      },
      stores: [store],
    },
    [subscriptions],
  )
  const joinName = name(prefixes.fkSubscription, '-subscription-join-foreign')
  const answer = context.graph.add(
    { kind: 'operator', node: { kind: 'fk-subscription-join', name: joinName, view: right.view() } },
    [receive],
  )
  const foreignName = name(prefixes.fkSubscription, '-foreign-join-subscription')
  const update = context.graph.add(
    { kind: 'operator', node: { kind: 'fk-foreign-table', name: foreignName, store: store.name, keySerde } },
    [right.node],
  )
  return [answer, update]
}

function subscriptionStore({ context, options, serdes }: Join, name: string): SubscriptionStoreSpec {
  return {
    kind: 'fk-subscription',
    name,
    keySerde: bytes as Serde<unknown>,
    valueSerde: subscription(serdes.primaryKey),
    engine: options.store?.kind ?? context.defaults.store,
    // Logged in any case, as in Java: who subscribed could not be found out again.
    changelog: options.store?.changelog === 'each' ? 'each' : 'coalesced',
    caching: false,
  }
}

/** @returns the source of the answers, on the left table's side. */
function addResponses(join: Join, answers: readonly GraphNode[]): GraphNode {
  const { options, serdes, name } = join
  return addTopic(join, answers, '-subscription-response', {
    topic: `${name(prefixes.fkResponse, '-subscription-response')}-topic`,
    keySerde: serdes.primaryKey,
    valueSerde: subscriptionResponse(serdes.foreignValue),
    partitioner: options.partitioner ? partitionerOf(options.partitioner) : primaryPartition,
  })
}

/** To where the subscription came from. */
const primaryPartition: Partitioner = (_topic, _key, value) =>
  (value as SubscriptionResponse).primaryPartition ?? undefined

function partitionerOf(choose: KeyPartitioner<never>): Partitioner {
  return (topic, key, _value, partitions) => choose(key as never, partitions, topic)
}

/** A topic between the two sides. @returns its source. */
function addTopic(
  { context, name }: Join,
  writers: readonly GraphNode[],
  suffix: string,
  {
    topic,
    keySerde,
    valueSerde,
    partitioner,
  }: Pick<SinkNode, 'topic' | 'keySerde' | 'valueSerde' | 'partitioner'>,
): GraphNode {
  const common = { internal: true, keySerde, valueSerde } as const
  const sink = context.graph.add(
    {
      kind: 'operator',
      node: {
        kind: 'sink',
        name: name(prefixes.tableSink, `${suffix}-sink`),
        topic,
        ...common,
        partitionBy: isWindowed(keySerde) ? 'key' : 'output-key',
        ...(partitioner && { partitioner }),
      },
    },
    writers,
  )
  return context.graph.add(
    {
      kind: 'source',
      node: {
        kind: 'source',
        name: name(prefixes.tableSource, `${suffix}-source`),
        topics: [topic],
        ...common,
      },
    },
    [sink],
  )
}

function addResult(join: Join, responses: GraphNode): TablePosition {
  const { context, call, left, joiner, options, serdes } = join
  const view = left.view()
  const resolver = context.graph.add(
    {
      kind: 'operator',
      node: {
        kind: 'fk-response-join',
        name: join.name(prefixes.fkResolver, '-subscription-response-resolver'),
        left: call === 'leftJoin',
        view,
        joiner,
        valueSerde: serdes.value,
      },
    },
    [responses],
  )
  const name = join.name(prefixes.fkOutput, '-result')
  const store = storeName(context, options.store, prefixes.fkOutput, call)
  const node = context.graph.add(
    { kind: 'operator', node: { kind: 'table-source', name, sendOldValues: false } },
    [resolver],
  )
  return sourceTable({
    graph: context.graph,
    node,
    name,
    keySerde: serdes.primaryKey,
    valueSerde: options.value,
    makeStore: () =>
      keyValueStoreSpec(context, options.store, {
        call,
        name: store,
        keySerde: options.key ?? serdes.primaryKey,
        valueSerde: requireSerde(context, options.value, 'value', call, 'give it as { value: ... }'),
      }),
    queryable: options.store?.name !== undefined,
    // Java says so whether the store is there or not.
    queryableStoreName: store,
  })
}
