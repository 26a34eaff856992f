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

/** What stores open their part of a record cache in. */
export interface CacheSpaces {
  /** @param store its name, for who looks at the cache. */
  open(listener: DirtyListener, store?: string): CacheSpace
}

/**
 * The record cache of a thread, for all its tasks (Java's ThreadCache): what was put into cached stores waits here, up to
 * so many bytes, and is let go at commits. A space that grows beyond lets go of its own least recently used entries.
 */
export class RecordCache implements CacheSpaces {
  readonly #spaces = new Set<CacheSpace>()
  #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Of all spaces, by Java's accounting. */
  get bytes(): number {
    return this.#bytes
  }

  /** A part for one store. */
  open(listener: DirtyListener, store = ''): CacheSpace {
    const count = (added: number): boolean => {
      this.#bytes += added
      return this.#bytes > this.#maxBytes
    }
    const space = new CacheSpace(listener, count, store)
    this.#spaces.add(space)
    return space
  }

  /** What a space holds is lost. */
  close(space: CacheSpace): void {
    if (this.#spaces.delete(space)) this.#bytes -= space.bytes
  }

  /** If it shrinks, spaces let go of an entry each, in turn, until the rest fits. Not while a record is processed. */
  resize(maxBytes: number): void {
    this.#maxBytes = maxBytes
    while (this.#bytes > maxBytes) {
      for (const space of this.#spaces) {
        if (this.#bytes <= maxBytes) return
        space.evict()
      }
    }
  }
}

/** What one task has of its thread's record cache. */
export class TaskCache implements CacheSpaces {
  readonly #cache: RecordCache
  readonly #spaces: CacheSpace[] = []

  constructor(cache: RecordCache) {
    this.#cache = cache
  }

  open(listener: DirtyListener, store?: string): CacheSpace {
    const space = this.#cache.open(listener, store)
    this.#spaces.push(space)
    return space
  }

  get spaces(): readonly CacheSpace[] {
    return this.#spaces
  }

  get bytes(): number {
    return this.#spaces.reduce((sum, space) => sum + space.bytes, 0)
  }

  /** With the task: what was not let go is lost. */
  close(): void {
    for (const space of this.#spaces.splice(0)) this.#cache.close(space)
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
  readonly store: string
  readonly #listener: DirtyListener
  /** Counts bytes. @returns whether the whole cache is too full. */
  readonly #count: (added: number) => boolean
  readonly #entries = new OrderedBytes<Entry>()
  /** Sets keep the order in which entries were added: the first is the one that was not used for longest. */
  readonly #recent = new Set<Entry>()
  readonly #dirty = new Set<Entry>()
  #bytes = 0
  #reads = 0
  #hits = 0

  constructor(listener: DirtyListener, count: (added: number) => boolean, store: string) {
    this.store = store
    this.#listener = listener
    this.#count = count
  }

  /** @returns undefined if the cache does not know; a row of null was deleted. */
  get(key: Uint8Array): { readonly row: Uint8Array | null } | undefined {
    const entry = this.#entries.get(key)
    this.#reads++
    if (!entry) return undefined
    this.#hits++
    this.#recent.delete(entry)
    this.#recent.add(entry)
    return entry
  }

  /** How many of the reads until now it knew the answer of, from 0 to 1; NaN if there were none. */
  get hitRatio(): number {
    return this.#hits / this.#reads
  }

  /** The same for queries, which do not count as use. */
  peek(key: Uint8Array): { readonly row: Uint8Array | null } | undefined {
    return this.#entries.get(key)
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

  get bytes(): number {
    return this.#bytes
  }

  /** Lets all dirty entries go; clean ones stay. */
  flush(): void {
    this.#letGo([...this.#dirty])
  }

  #set(entry: Entry): void {
    const replaced = this.#entries.set(entry.key, entry)
    if (replaced) this.#forget(replaced)
    this.#recent.add(entry)
    this.#bytes += entry.bytes
    this.#count(entry.bytes)
  }

  #forget(entry: Entry): void {
    this.#recent.delete(entry)
    this.#dirty.delete(entry)
    this.#bytes -= entry.bytes
    this.#count(-entry.bytes)
  }

  #makeRoom(): void {
    // What is too much then is in other spaces.
    while (this.#count(0) && this.evict());
  }

  /** Forgets the least recently used entry; if that is dirty, all dirty ones go. @returns false if there is none. */
  evict(): boolean {
    const [eldest] = this.#recent
    if (!eldest) return false
    const dirty = this.#dirty.has(eldest)
    this.#entries.delete(eldest.key)
    this.#forget(eldest)
    if (dirty) this.#letGo([eldest, ...this.#dirty])
    return true
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
