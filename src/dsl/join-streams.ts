import { StreamsError } from '../core/errors.ts'
import type { GraphNode } from '../plan/graph.ts'
import { checkName, prefixes } from '../plan/naming.ts'
import type { Joiner, JoinKind, StreamJoinNode } from '../plan/node.ts'
import type { StoreToken } from '../plan/processor-spec.ts'
import type { StoreKind } from '../plan/store-spec.ts'
import type { JoinWindows } from '../plan/windows.ts'
import type { Serde } from '../serde/serde.ts'
import type { WindowStore } from '../store/state-stores.ts'
import { type BuildContext, requireSerde, type StreamPosition } from './context.ts'
import { repartitionForJoin } from './join-repartition.ts'
import { type JoinStores, joinStores } from './join-stores.ts'
import { type JoinWindowOptions, joinWindows } from './join-windows.ts'
import type { LoggingOptions } from './logging-options.ts'

/** Of a join of two streams (Java's JoinWindows and StreamJoined). */
export interface StreamJoinOptions<K, V, V2> extends JoinWindowOptions {
  /** Names the join's nodes and, if a side is repartitioned, its topic: `<name>-left-repartition`, `<name>-right-repartition`. */
  readonly name?: string
  /** Names the stores that remember each side, and so their changelog topics: `<storeName>-this-join-store` and the like. */
  readonly storeName?: string
  readonly key?: Serde<NonNullable<K>>
  /** Of the left side's values. */
  readonly value?: Serde<NonNullable<V>>
  /** Of the right side's values. */
  readonly otherValue?: Serde<NonNullable<V2>>
  /** Of all the stores of the join. */
  readonly store?: StreamJoinStoreOptions
  /**
   * A store of the application's own for the left side, made by `windowStore`: it must retain duplicates, its window
   * size must be before + after, its retention that plus grace (Java's StreamJoined.withThisStoreSupplier).
   */
  readonly thisStore?: StoreToken<WindowStore<NonNullable<K>, NonNullable<V>>>
  /** As `thisStore`, for the right side. */
  readonly otherStore?: StoreToken<WindowStore<NonNullable<K>, NonNullable<V2>>>
}

export interface StreamJoinStoreOptions extends LoggingOptions {
  /** Where rows live: `lmdb` (default) survives restarts, `memory` and an engine of your own are restored from the changelog. */
  readonly kind?: StoreKind
}

type Options = StreamJoinOptions<unknown, unknown, unknown>

/** What a join is made of, once both sides are where they can meet. */
interface JoinParts {
  readonly kind: JoinKind
  readonly joiner: Joiner
  readonly windows: JoinWindows
  readonly names: JoinNames
  readonly stores: JoinStores
}

interface JoinNames {
  readonly thisWindow: string
  readonly otherWindow: string
  readonly thisJoin: string
  readonly otherJoin: string
  readonly merge: string
}

/** Joins two streams over windows (KStreamImpl.doJoin and KStreamImplJoin). */
export function joinStreams(
  context: BuildContext,
  left: StreamPosition,
  right: StreamPosition,
  kind: JoinKind,
  joiner: Joiner,
  options: Options,
): StreamPosition {
  const call = kind === 'inner' ? 'join' : `${kind}Join`
  const windows = joinWindows(options, call)
  if (options.name !== undefined) checkName(options.name, `${call}: name`)
  if (options.storeName !== undefined) checkName(options.storeName, `${call}: storeName`)
  const [leftSide, rightSide] = bothSides(context, left, right, call, options)
  const { names, generated } = joinNames(context, kind, call, options)
  const serde = (part: 'key' | 'value', option: string, ...known: (Serde<unknown> | undefined)[]) =>
    requireSerde(context, known.find(Boolean), part, call, `give it as { ${option}: ... }`)
  const stores = joinStores(context, kind, windows, options, {
    call,
    ...generated,
    keySerde: serde('key', 'key', options.key, leftSide.keySerde, rightSide.keySerde),
    leftSerde: serde('value', 'value', options.value, leftSide.valueSerde),
    rightSerde: serde('value', 'otherValue', options.otherValue, rightSide.valueSerde),
  })
  const node = addJoin(context, leftSide, rightSide, { kind, joiner, windows, names, stores })
  return { node, name: names.merge, keySerde: stores.left.keySerde, valueSerde: undefined, keyChanged: false }
}

function bothSides(
  context: BuildContext,
  left: StreamPosition,
  right: StreamPosition,
  call: string,
  { name, key, value, otherValue }: Options,
): [left: StreamPosition, right: StreamPosition] {
  const common = { call, keySerde: key }
  return [
    repartitionForJoin(context, left, {
      ...common,
      name: name && `${name}-left`,
      valueSerde: value,
      valueOption: 'value',
    }),
    repartitionForJoin(context, right, {
      ...common,
      name: name && `${name}-right`,
      valueSerde: otherValue,
      valueOption: 'otherValue',
    }),
  ]
}

interface GeneratedNames {
  readonly generatedThis: string
  readonly generatedOther: string
  readonly thisSuffix: string
  readonly otherSuffix: string
}

function joinNames(
  { naming }: BuildContext,
  kind: JoinKind,
  call: string,
  { name }: Options,
): { readonly names: JoinNames; readonly generated: GeneratedNames } {
  const thisSuffix = kind === 'outer' ? '-outer-this-join' : '-this-join'
  const otherSuffix = kind === 'inner' ? '-other-join' : '-outer-other-join'
  const named = (suffix: string, prefix: string): string =>
    naming.node(prefix, name === undefined ? undefined : checkName(`${name}${suffix}`, `${call}: name`))
  const thisWindow = named('-this-windowed', prefixes.windowed)
  const otherWindow = named('-other-windowed', prefixes.windowed)
  // Stores are named after the generated names even when the nodes have names of their own.
  const generatedThis = naming.node(kind === 'outer' ? prefixes.outerThis : prefixes.joinThis)
  const generatedOther = naming.node(kind === 'inner' ? prefixes.joinOther : prefixes.outerOther)
  const thisJoin = name === undefined ? generatedThis : `${name}${thisSuffix}`
  const otherJoin = name === undefined ? generatedOther : `${name}${otherSuffix}`
  const merge = named('-merge', prefixes.merge)
  return {
    names: { thisWindow, otherWindow, thisJoin, otherJoin, merge },
    generated: { generatedThis, generatedOther, thisSuffix, otherSuffix },
  }
}

function addJoin(
  { graph }: BuildContext,
  left: StreamPosition,
  right: StreamPosition,
  { kind, joiner, windows, names, stores }: JoinParts,
): GraphNode {
  if (stores.left.name === stores.right.name)
    throw new StreamsError(
      'topology-invalid',
      `Both StoreSuppliers have the same name. StoreSuppliers must provide unique names: '${stores.left.name}'`,
    )
  const thisWindow = graph.add(
    {
      kind: 'operator',
      node: { kind: 'join-window', name: names.thisWindow, store: stores.left.name },
      stores: [stores.left],
    },
    [left.node],
  )
  const otherWindow = graph.add(
    {
      kind: 'operator',
      node: { kind: 'join-window', name: names.otherWindow, store: stores.right.name },
      stores: [stores.right],
    },
    [right.node],
  )
  const side: Omit<StreamJoinNode, 'parents' | 'name' | 'side' | 'outer' | 'otherStore'> = {
    kind: 'stream-join',
    windows,
    joiner,
    timeOf: names.merge,
    ...(stores.unmatched && { outerStore: stores.unmatched.name }),
  }
  return graph.add(
    {
      kind: 'compound',
      nodes: [
        {
          node: {
            ...side,
            name: names.thisJoin,
            side: 'left',
            outer: kind !== 'inner',
            otherStore: stores.right.name,
          },
          parents: [0],
        },
        {
          node: {
            ...side,
            name: names.otherJoin,
            side: 'right',
            outer: kind === 'outer',
            otherStore: stores.left.name,
          },
          parents: [1],
        },
        { node: { kind: 'pass-through', name: names.merge }, parents: [names.thisJoin, names.otherJoin] },
      ],
      stores: stores.unmatched ? [stores.unmatched] : [],
      selfJoin: { kind: 'self-join', name: names.merge, windows, store: stores.left.name, joiner },
    },
    [thisWindow, otherWindow],
  )
}
