import { StreamsError } from '../core/errors.ts'
import type { Aggregation } from '../plan/node.ts'
import type { SlidingWindows, TimeWindows, UnlimitedWindows } from '../plan/windows.ts'
import type { Windowed } from '../serde/windowed.ts'
import { addAggregation, type ErasedOptions, folding, reduction } from './aggregation.ts'
import type {
  Adder,
  AggregationOptions,
  CountOptions,
  EmitStrategy,
  Initializer,
} from './aggregation-options.ts'
import type { BuildContext } from './context.ts'
import type { Grouping } from './grouping.ts'
import type { WindowStoreOptions } from './options.ts'
import { KTable } from './table.ts'

/**
 * Records grouped by their key and divided into windows of a fixed size, or into one without end. Records whose key is
 * null are dropped, and those that come later than a window's grace. Null values are aggregated, except by sliding
 * windows, as in Java.
 */
export class TimeWindowedKStream<K, V> {
  readonly #context: BuildContext
  readonly #grouping: Grouping
  readonly #windows: TimeWindows | SlidingWindows | UnlimitedWindows
  #emit: EmitStrategy = 'update'
  /** Never set: it makes TypeScript tell other types of keys and values apart, which methods alone do not. */
  declare readonly types?: readonly [key: K, value: V]

  /** Windowed groups come from `KGroupedStream.windowedBy`. */
  constructor(
    context: BuildContext,
    grouping: Grouping,
    windows: TimeWindows | SlidingWindows | UnlimitedWindows,
  ) {
    this.#context = context
    this.#grouping = grouping
    this.#windows = windows
  }

  /**
   * Says when results are emitted; every update if not called.
   * @returns itself: aggregations that follow emit so.
   * @throws StreamsError `topology-invalid` for windows that never close.
   */
  emitStrategy(emit: EmitStrategy): this {
    if (this.#windows.kind === 'unlimited' && emit !== 'update') {
      throw new StreamsError('topology-invalid', `emitStrategy('${emit}'): unlimited windows never close`)
    }
    this.#emit = emit
    return this
  }

  /** Counts the records of each key and window. */
  count(options: CountOptions<K, WindowStoreOptions> = {}): KTable<Windowed<K>, number> {
    return this.#table({ kind: 'count' }, options)
  }

  /** Combines the values of each key and window: the first is the aggregate, each further one is folded into it. */
  reduce(
    add: (aggregate: NonNullable<V>, value: V) => V | null,
    options: AggregationOptions<K, V, WindowStoreOptions> = {},
  ): KTable<Windowed<K>, NonNullable<V>> {
    return this.#table(reduction(add), options)
  }

  /** Folds the values of each key and window into an aggregate that begins as what `init` returns. */
  aggregate<A>(
    init: Initializer<A>,
    add: Adder<K, V, A>,
    options: AggregationOptions<K, A, WindowStoreOptions> = {},
  ): KTable<Windowed<K>, NonNullable<A>> {
    return this.#table(folding(init, add), options)
  }

  #table<A>(aggregation: Aggregation, options: ErasedOptions): KTable<Windowed<K>, A> {
    const windowing = { windows: this.#windows, emit: this.#emit }
    const at = addAggregation(this.#context, this.#grouping, aggregation, options, windowing)
    return new KTable(this.#context, at)
  }
}
