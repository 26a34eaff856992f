import type { SessionWindows, SlidingWindows, TimeWindows, UnlimitedWindows } from '../plan/windows.ts'
import type { Windowed } from '../serde/windowed.ts'
import type { Adder, AggregationOptions, SessionAggregationOptions } from './aggregation-options.ts'
import { Cogrouping } from './cogrouping.ts'
import type { BuildContext } from './context.ts'
import type { KGroupedStream } from './grouped.ts'
import type { WindowStoreOptions } from './options.ts'
import { KTable } from './table.ts'

/** Several groups with the same key, on their way to one aggregate `A`. */
export class CogroupedKStream<K, A> {
  readonly #context: BuildContext
  readonly #cogrouping: Cogrouping
  /** Never set: it makes TypeScript tell other types of keys and aggregates apart, which methods alone do not. */
  declare readonly types?: readonly [key: K, aggregate: A]

  /** Cogroups begin with `KGroupedStream.cogroup`. */
  constructor(context: BuildContext) {
    this.#context = context
    this.#cogrouping = new Cogrouping(context)
  }

  /**
   * Adds a group, whose values are folded into the aggregate by `add`. Its topic must have as many partitions as those of
   * the others.
   * @returns itself.
   */
  cogroup<V>(grouped: KGroupedStream<K, V>, add: Adder<K, NonNullable<V>, A>): this {
    this.#cogrouping.add(grouped.grouping, add)
    return this
  }

  /** One aggregate per key, that begins as what `init` returns. */
  aggregate(init: () => A, options: AggregationOptions<K, A> = {}): KTable<K, NonNullable<A>> {
    return new KTable(this.#context, this.#cogrouping.aggregate(init, undefined, options))
  }

  /** Divides each key's records by time. */
  windowedBy(windows: SessionWindows): SessionWindowedCogroupedKStream<K, A>
  windowedBy(windows: TimeWindows | SlidingWindows | UnlimitedWindows): TimeWindowedCogroupedKStream<K, A>
  windowedBy(
    windows: TimeWindows | SlidingWindows | UnlimitedWindows | SessionWindows,
  ): TimeWindowedCogroupedKStream<K, A> | SessionWindowedCogroupedKStream<K, A> {
    return windows.kind === 'session'
      ? new SessionWindowedCogroupedKStream(this.#context, this.#cogrouping, windows)
      : new TimeWindowedCogroupedKStream(this.#context, this.#cogrouping, windows)
  }
}

/** Several groups with the same key, divided into windows of a fixed size, or into one without end. */
export class TimeWindowedCogroupedKStream<K, A> {
  readonly #context: BuildContext
  readonly #cogrouping: Cogrouping
  readonly #windows: TimeWindows | SlidingWindows | UnlimitedWindows
  /** Never set: it makes TypeScript tell other types of keys and aggregates apart, which methods alone do not. */
  declare readonly types?: readonly [key: K, aggregate: A]

  /** They come from `CogroupedKStream.windowedBy`. */
  constructor(
    context: BuildContext,
    cogrouping: Cogrouping,
    windows: TimeWindows | SlidingWindows | UnlimitedWindows,
  ) {
    this.#context = context
    this.#cogrouping = cogrouping
    this.#windows = windows
  }

  /** One aggregate per key and window, that begins as what `init` returns. */
  aggregate(
    init: () => A,
    options: AggregationOptions<K, A, WindowStoreOptions> = {},
  ): KTable<Windowed<K>, NonNullable<A>> {
    const at = this.#cogrouping.aggregate(init, undefined, options, this.#windows)
    return new KTable(this.#context, at)
  }
}

/** Several groups with the same key, divided into sessions. */
export class SessionWindowedCogroupedKStream<K, A> {
  readonly #context: BuildContext
  readonly #cogrouping: Cogrouping
  readonly #windows: SessionWindows
  /** Never set: it makes TypeScript tell other types of keys and aggregates apart, which methods alone do not. */
  declare readonly types?: readonly [key: K, aggregate: A]

  /** They come from `CogroupedKStream.windowedBy`. */
  constructor(context: BuildContext, cogrouping: Cogrouping, windows: SessionWindows) {
    this.#context = context
    this.#cogrouping = cogrouping
    this.#windows = windows
  }

  /** One aggregate per session, as `SessionWindowedKStream.aggregate` makes it. */
  aggregate(init: () => A, options: SessionAggregationOptions<K, A>): KTable<Windowed<K>, NonNullable<A>> {
    const { merge, ...rest } = options
    const at = this.#cogrouping.aggregate(init, merge, rest, this.#windows)
    return new KTable(this.#context, at)
  }
}
