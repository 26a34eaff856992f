import { type Headers, noHeaders, type RecordContext } from '../core/record.ts'
import { bytesText } from './bytes-text.ts'
import { plainFormat, type RowFormat } from './row-format.ts'

/** Where a store's changes go. */
export interface ChangelogOptions {
  /** `each`: every put, as Java does. `coalesced`: one record per store key at a commit, the last. */
  readonly mode: 'each' | 'coalesced'
  /** Takes one changelog record; the bytes are good for the call only. @param value null: deleted. */
  append(key: Uint8Array, value: Uint8Array | null, timestamp: number, headers: Headers): void
}

interface Change {
  readonly key: Uint8Array
  row: Uint8Array | null
  timestamp: number
  headers: Headers
}

export interface ChangeOptions {
  /** Changes of one identity are coalesced; the key if not given. */
  readonly identity?: Uint8Array
  /** It must not take the place of an earlier change: what waits is written first. */
  readonly follows?: boolean
  readonly headers?: Headers
}

/** Writes the changes of one store to its changelog. */
export class ChangelogWriter {
  readonly mode: ChangelogOptions['mode']
  readonly #options: ChangelogOptions
  readonly #format: RowFormat
  /** By identity as latin1 text; a Map keeps the order in which they were first set. */
  readonly #changes = new Map<string, Change>()

  /** @param format of the rows given to `put`. */
  constructor(options: ChangelogOptions, format: RowFormat = plainFormat) {
    this.mode = options.mode
    this.#options = options
    this.#format = format
  }

  put(
    key: Uint8Array,
    row: Uint8Array | null,
    timestamp: number,
    { identity = key, headers = noHeaders, follows = false }: ChangeOptions = usualChange,
  ): void {
    if (this.mode === 'each') {
      this.#append(key, row, timestamp, headers)
      return
    }
    const text = bytesText(identity)
    const kept = row && this.#format.kept(row)
    let change = this.#changes.get(text)
    if (change && follows) {
      this.flush()
      change = undefined
    }
    if (!change) {
      this.#changes.set(text, { key: new Uint8Array(key), row: kept, timestamp, headers })
      return
    }
    change.row = kept
    change.timestamp = timestamp
    change.headers = headers
  }

  /** At a commit: writes what was held back, in order of each key's first change since the last flush. */
  flush(): void {
    for (const { key, row, timestamp, headers } of this.#changes.values())
      this.#append(key, row, timestamp, headers)
    this.#changes.clear()
  }

  #append(key: Uint8Array, row: Uint8Array | null, timestamp: number, headers: Headers): void {
    this.#options.append(key, row && this.#format.valueOf(row), timestamp, headers)
  }
}

const usualChange: ChangeOptions = {}

export interface RowLogOptions {
  /** Undefined: nothing is logged. */
  readonly changelog: ChangelogOptions | undefined
  readonly format: RowFormat
  /** The record being processed, whose time rows without their own are logged with. */
  readonly record: Readonly<Pick<RecordContext, 'timestamp' | 'headers'>>
  /** Changes are logged with the headers of the record. */
  readonly withHeaders?: boolean
}

/** Logs the rows of a store: with their own time, or that of the record being processed. */
export class RowLog {
  readonly #options: RowLogOptions
  readonly #writer: ChangelogWriter | undefined

  constructor(options: RowLogOptions) {
    this.#options = options
    this.#writer = options.changelog && new ChangelogWriter(options.changelog, options.format)
  }

  put(key: Uint8Array, row: Uint8Array | null): void {
    const { format, record, withHeaders } = this.#options
    if (!this.#writer) return
    const timestamp = (row && format.timestampOf(row)) ?? record.timestamp
    this.#writer.put(key, row, timestamp, withHeaders ? { headers: record.headers } : undefined)
  }

  /**
   * A put that the store itself did not take. Java logs it all the same; coalesced, it could take the place of one that
   * the store has.
   */
  putRefused(key: Uint8Array, row: Uint8Array | null): void {
    if (this.#writer?.mode === 'each') this.put(key, row)
  }

  flush(): void {
    this.#writer?.flush()
  }
}
