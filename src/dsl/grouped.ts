import type { TimeWindows } from '../plan/windows.ts'
import type { BuildContext } from './context.ts'
import { addCount } from './count.ts'
import type { Grouping } from './grouping.ts'
import type { CountOptions } from './options.ts'
import { KTable } from './table.ts'
import { TimeWindowedKStream } from './windowed.ts'

/** Records grouped by their key. */
export class KGroupedStream<K, V> {
  readonly #context: BuildContext
  readonly #grouping: Grouping
  /** Never set: it makes TypeScript tell other types of keys and values apart, which methods alone do not. */
  declare readonly types?: readonly [key: K, value: V]

  /** Groups come from `KStream.groupByKey`. */
  constructor(context: BuildContext, grouping: Grouping) {
    this.#context = context
    this.#grouping = grouping
  }

  /** Counts the records of each key. Records whose key or value is null are dropped, as in Java. */
  count(options: CountOptions = {}): KTable<K, number> {
    return new KTable(this.#context, addCount(this.#context, this.#grouping, options))
  }

  /** Divides each key's records by time. */
  windowedBy(windows: TimeWindows): TimeWindowedKStream<K, V> {
    return new TimeWindowedKStream(this.#context, this.#grouping, windows)
  }
}
