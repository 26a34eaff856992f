import type { Row } from './byte-store.ts'
import type { CacheSpace } from './record-cache.ts'

/** An ordered map from keys to rows, as the layers of a store see each other: rows and log below, a cache over them. */
export interface BytesStore<Query> {
  get(key: Uint8Array): Uint8Array | undefined
  /** Keeps `row`, not the key. @param row null deletes. */
  put(key: Uint8Array, row: Uint8Array | null): void
  /** As of this call, in order of the keys' bytes. */
  scan(query: Query): IterableIterator<Row>
  /** What of a cache belongs to a scan; null: deleted. */
  scanCache(
    cache: CacheSpace,
    query: Query & { readonly reverse?: boolean },
  ): Iterator<readonly [Uint8Array, Uint8Array | null]>
  /** Entries in it, about. */
  count(): number
}
