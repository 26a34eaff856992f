import type { Header, RecordContext } from '../core/record.ts'
import type { RangeOptions } from './byte-store.ts'
import { mapIterator } from './iterators.ts'
import { OrderedBytes } from './ordered-bytes.ts'

/** An entry that a cache lets go. */
export interface DirtyEntry {
  readonly key: Uint8Array
  /** Null: deleted. */
  readonly row: Uint8Array | null
  /** Of the record that caused it. */
  readonly context: Readonly<RecordContext>
}

/** Told of all entries that leave together, in order of last write. It may fill the cache again meanwhile. */
export type DirtyListener = (entries: readonly DirtyEntry[]) => void

/**
 * The record cache of a thread or task (Java's ThreadCache): what was put into cached stores waits here, up to so many
 * bytes, and is let go at commits. A space that grows beyond lets go of its own least recently used entries.
 */
export class RecordCache {
  readonly maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** Of all spaces, by Java's accounting. */
  get bytes(): number {
    return this.#bytes
  }

  /** A part for one store. */
  open(listener: DirtyListener): CacheSpace {
    return new CacheSpace(listener, (added) => {
      this.#bytes += added
      return this.#bytes > this.maxBytes
    })
  }
}

interface Entry {
  readonly key: Uint8Array
  readonly row: Uint8Array | null
  readonly context: Readonly<RecordContext> | undefined
  readonly bytes: number
}

/** One store's part of a record cache (Java's NamedCache). */
export class CacheSpace {
  readonly #listener: DirtyListener
  /** Counts bytes. @returns whether the whole cache is too full. */
  readonly #count: (added: number) => boolean
  readonly #entries = new OrderedBytes<Entry>()
  /** Sets keep the order in which entries were added: the first is the one that was not used for longest. */
  readonly #recent = new Set<Entry>()
  readonly #dirty = new Set<Entry>()

  constructor(listener: DirtyListener, count: (added: number) => boolean) {
    this.#listener = listener
    this.#count = count
  }

  /** @returns undefined if the cache does not know; a row of null was deleted. */
  get(key: Uint8Array): { readonly row: Uint8Array | null } | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    this.#recent.delete(entry)
    this.#recent.add(entry)
    return entry
  }

  put(key: Uint8Array, row: Uint8Array | null, context: RecordContext): void {
    const { metadata, timestamp, headers } = context
    const entry = entryOf(key, row, { metadata, timestamp, headers })
    this.#set(entry)
    this.#dirty.add(entry)
    this.#makeRoom()
  }

  /** Remembers what the store below has, for the next reader. */
  putClean(key: Uint8Array, row: Uint8Array): void {
    this.#set(entryOf(key, row, undefined))
    this.#makeRoom()
  }

  /** As of this call; null: deleted. */
  range(options?: RangeOptions): IterableIterator<readonly [Uint8Array, Uint8Array | null]> {
    return mapIterator(this.#entries.range(options), ([key, { row }]) => [key, row] as const)
  }

  /** Lets all dirty entries go; clean ones stay. */
  flush(): void {
    this.#letGo([...this.#dirty])
  }

  #set(entry: Entry): void {
    const replaced = this.#entries.set(entry.key, entry)
    if (replaced) this.#forget(replaced)
    this.#recent.add(entry)
    this.#count(entry.bytes)
  }

  #forget(entry: Entry): void {
    this.#recent.delete(entry)
    this.#dirty.delete(entry)
    this.#count(-entry.bytes)
  }

  #makeRoom(): void {
    while (this.#count(0)) {
      const [eldest] = this.#recent
      if (!eldest) return // the rest is in other spaces
      const dirty = this.#dirty.has(eldest)
      this.#entries.delete(eldest.key)
      this.#forget(eldest)
      if (dirty) this.#letGo([eldest, ...this.#dirty])
    }
  }

  #letGo(entries: readonly Entry[]): void {
    if (entries.length === 0) return
    this.#dirty.clear()
    this.#listener(entries.map(({ key, row, context }) => ({ key, row, context: context! })))
    for (const entry of entries) if (entry.row === null) this.#drop(entry)
  }

  /** What was deleted need not be remembered, unless the listener has put it again. */
  #drop(entry: Entry): void {
    if (this.#entries.get(entry.key) !== entry) return
    this.#entries.delete(entry.key)
    this.#forget(entry)
  }
}

function entryOf(
  key: Uint8Array,
  row: Uint8Array | null,
  context: Readonly<RecordContext> | undefined,
): Entry {
  const bytes = key.length + nodeBytes + (row?.length ?? 0) + contextBytes(context)
  return { key: new Uint8Array(key), row, context, bytes }
}

/** Java's LRUNode and LRUCacheEntry: three references and a flag. */
const nodeBytes = 25

/** ProcessorRecordContext.residentMemorySizeEstimate: timestamp, offset, partition, topic and headers. */
export function contextBytes(context: Readonly<RecordContext> | undefined): number {
  let bytes = 20 + (context?.metadata?.topic.length ?? 0)
  for (const header of context?.headers ?? []) bytes += headerBytes(header)
  return bytes
}

function headerBytes({ key, value }: Header): number {
  return key.length + (value?.length ?? 0)
}
