import type { Aggregation } from '../plan/node.ts'
import type { SessionWindows, SlidingWindows, TimeWindows, UnlimitedWindows } from '../plan/windows.ts'
import { addAggregation, type ErasedOptions, folding, reduction } from './aggregation.ts'
import type { Adder, AggregationOptions, CountOptions, Initializer } from './aggregation-options.ts'
import { CogroupedKStream } from './cogrouped.ts'
import type { BuildContext } from './context.ts'
import type { Grouping } from './grouping.ts'
import type { Synchronous } from './options.ts'
import { SessionWindowedKStream } from './session-windowed.ts'
import { KTable } from './table.ts'
import { TimeWindowedKStream } from './windowed.ts'

/** Records grouped by their key. */
export class KGroupedStream<K, V> {
  readonly #context: BuildContext
  /** @internal Its place in the graph, for a cogroup. */
  readonly grouping: Grouping
  /** Never set: it makes TypeScript tell other types of keys and values apart, which methods alone do not. */
  declare readonly types?: readonly [key: K, value: V]

  /** Groups come from `KStream.groupByKey` and `groupBy`. */
  constructor(context: BuildContext, grouping: Grouping) {
    this.#context = context
    this.grouping = grouping
  }

  /** Counts the records of each key. Records whose key or value is null are dropped, as in Java. */
  count(options: CountOptions<K> = {}): KTable<K, number> {
    return this.#table({ kind: 'count' }, options)
  }

  /**
   * Combines the values of each key: the first is the aggregate, each further one is folded into it. Records whose key
   * or value is null are dropped. Null deletes the aggregate.
   */
  reduce(
    add: (aggregate: NonNullable<V>, value: NonNullable<V>) => V | null,
    options: AggregationOptions<K, V> = {},
  ): KTable<K, NonNullable<V>> {
    return this.#table(reduction(add), options)
  }

  /**
   * Folds the values of each key into an aggregate that begins as what `init` returns. Records whose key or value is
   * null are dropped.
   */
  aggregate<A>(
    init: Initializer<A>,
    add: Adder<K, NonNullable<V>, A>,
    options: AggregationOptions<K, A> = {},
  ): KTable<K, NonNullable<A>> {
    return this.#table(folding(init, add), options)
  }

  /** Divides each key's records by time. */
  windowedBy(windows: SessionWindows): SessionWindowedKStream<K, V>
  windowedBy(windows: TimeWindows | SlidingWindows | UnlimitedWindows): TimeWindowedKStream<K, V>
  windowedBy(
    windows: TimeWindows | SlidingWindows | UnlimitedWindows | SessionWindows,
  ): TimeWindowedKStream<K, V> | SessionWindowedKStream<K, V> {
    return windows.kind === 'session'
      ? new SessionWindowedKStream(this.#context, this.grouping, windows)
      : new TimeWindowedKStream(this.#context, this.grouping, windows)
  }

  /** Begins an aggregate of several groups with the same key; `cogroup` of the result adds further ones. */
  cogroup<A>(add: Adder<K, NonNullable<V>, A>, ..._none: Synchronous<A, []>): CogroupedKStream<K, A> {
    return new CogroupedKStream<K, A>(this.#context).cogroup(this, add)
  }

  #table<A>(aggregation: Aggregation, options: ErasedOptions): KTable<K, A> {
    const at = addAggregation(this.#context, this.grouping, aggregation, options)
    return new KTable(this.#context, at)
  }
}
