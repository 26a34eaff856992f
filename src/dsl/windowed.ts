import type { TimeWindows } from '../plan/windows.ts'
import type { Windowed } from '../serde/windowed.ts'
import type { BuildContext } from './context.ts'
import { addCount } from './count.ts'
import type { Grouping } from './grouping.ts'
import type { CountOptions, WindowStoreOptions } from './options.ts'
import { KTable } from './table.ts'

/** Records grouped by their key and divided into windows. */
export class TimeWindowedKStream<K, V> {
  readonly #context: BuildContext
  readonly #grouping: Grouping
  readonly #windows: TimeWindows
  /** Never set: it makes TypeScript tell other types of keys and values apart, which methods alone do not. */
  declare readonly types?: readonly [key: K, value: V]

  /** Windowed groups come from `KGroupedStream.windowedBy`. */
  constructor(context: BuildContext, grouping: Grouping, windows: TimeWindows) {
    this.#context = context
    this.#grouping = grouping
    this.#windows = windows
  }

  /**
   * Counts the records of each key and window. Records whose key is null are dropped, and those that come later
   * than the window's grace; null values are counted, as in Java.
   */
  count(options: CountOptions<WindowStoreOptions> = {}): KTable<Windowed<K>, number> {
    return new KTable(this.#context, addCount(this.#context, this.#grouping, options, this.#windows))
  }
}
