import type { Headers, RecordContext } from '../core/record.ts'
import type { Unawaited } from '../core/unawaited.ts'
import type { OrderedRows } from './rows.ts'
import type { StoreContext } from './store-directory.ts'

/** What a custom store is told of the life of its task. */
export interface StoreHooks {
  /** Before each commit, store by store in the order of registration, which is Java's: what was held back is logged now. */
  flush?(): Unawaited
  /**
   * Once: the task ends, moves, or is thrown away since its transaction was aborted. Another store is then built, and
   * restored as of the last commit.
   */
  close?(): Unawaited
}

/** A custom store that has a changelog. */
export interface LoggedStore extends StoreHooks {
  /**
   * Applies one record of the changelog, which the store logged in an earlier life, without logging it again (Java's
   * StateRestoreCallback). The bytes may be kept.
   * @param value null: deleted.
   * @param timestamp ms since the epoch.
   */
  restore(key: Uint8Array, value: Uint8Array | null, timestamp: number, headers: Headers): Unawaited
}

/** What a custom store may ask of its task; good until the store is closed. */
export interface CustomStoreContext extends StoreContext {
  /** The record being processed: its time and headers, and where it came from. The same object always. */
  readonly record: Readonly<RecordContext>
  /**
   * Rows of the store's own, in bytes. Nothing logs them but the store itself. Of `kind: 'lmdb'` they are written to disk
   * with the changelog offset that they correspond to, after its commit, and are there again when the store is built anew.
   */
  readonly rows: OrderedRows
  /**
   * Writes a record to the store's changelog, in the transaction under way; nothing, if the store has none. The bytes are
   * copied.
   * @param value null: deleted.
   * @param timestamp ms since the epoch; that of the record being processed if not given.
   * @throws StreamsError `processing` while the store is built or restored, `lifecycle` once it is closed,
   * `record-too-large`
   */
  log(key: Uint8Array, value: Uint8Array | null, timestamp?: number, headers?: Headers): void
}

/** Makes a store for one task; erased types. */
export type BuildCustomStore = (context: CustomStoreContext) => StoreHooks & Partial<LoggedStore>
