import type { Aggregation } from '../plan/node.ts'
import type { SessionWindows } from '../plan/windows.ts'
import type { Windowed } from '../serde/windowed.ts'
import { addAggregation, type ErasedOptions, folding, reduction } from './aggregation.ts'
import type {
  Adder,
  AggregationOptions,
  CountOptions,
  EmitStrategy,
  Initializer,
  SessionAggregationOptions,
} from './aggregation-options.ts'
import type { BuildContext } from './context.ts'
import type { Grouping } from './grouping.ts'
import type { SessionStoreOptions } from './options.ts'
import { KTable } from './table.ts'

/**
 * Records grouped by their key and divided into sessions. A record that reaches into sessions makes one of them: each of
 * the old ones is deleted from the table, then the new one is there. Records whose key is null are dropped, and those
 * whose session is closed, as in Java.
 */
export class SessionWindowedKStream<K, V> {
  readonly #context: BuildContext
  readonly #grouping: Grouping
  readonly #windows: SessionWindows
  #emit: EmitStrategy = 'update'
  /** Never set: it makes TypeScript tell other types of keys and values apart, which methods alone do not. */
  declare readonly types?: readonly [key: K, value: V]

  /** Sessions come from `KGroupedStream.windowedBy`. */
  constructor(context: BuildContext, grouping: Grouping, windows: SessionWindows) {
    this.#context = context
    this.#grouping = grouping
    this.#windows = windows
  }

  /**
   * Says when results are emitted; every update if not called.
   * @returns itself: aggregations that follow emit so.
   */
  emitStrategy(emit: EmitStrategy): this {
    this.#emit = emit
    return this
  }

  /** Counts the records of each session. */
  count(options: CountOptions<K, SessionStoreOptions> = {}): KTable<Windowed<K>, number> {
    return this.#table({ kind: 'count' }, options)
  }

  /** Combines the values of each session, and the aggregates of sessions that come together. */
  reduce(
    add: (aggregate: NonNullable<V>, value: V) => V | null,
    options: AggregationOptions<K, V, SessionStoreOptions> = {},
  ): KTable<Windowed<K>, NonNullable<V>> {
    return this.#table(reduction(add), options)
  }

  /**
   * Folds the values of each session into an aggregate. A record's aggregate begins as what `init` returns; the
   * aggregates of the sessions it reaches are merged into that, then its value is added.
   */
  aggregate<A>(
    init: Initializer<A>,
    add: Adder<K, V, A>,
    options: SessionAggregationOptions<K, A>,
  ): KTable<Windowed<K>, NonNullable<A>> {
    const { merge, ...rest } = options
    return this.#table(folding(init, add, merge), rest)
  }

  #table<A>(aggregation: Aggregation, options: ErasedOptions): KTable<Windowed<K>, A> {
    const windowing = { windows: this.#windows, emit: this.#emit }
    const at = addAggregation(this.#context, this.#grouping, aggregation, options, windowing)
    return new KTable(this.#context, at)
  }
}
