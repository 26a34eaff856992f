import type { NoPromise } from '../core/unawaited.ts'
import { checkName } from '../plan/naming.ts'
import type { StoreToken } from '../plan/processor-spec.ts'
import type { ChangelogMode } from '../plan/store-spec.ts'
import { bytes } from '../serde/scalars.ts'
import type { Serde } from '../serde/serde.ts'
import type { BuildCustomStore, CustomStoreContext, LoggedStore, StoreHooks } from '../store/custom-store.ts'
import { type LoggingOptions, loggingOf } from './logging-options.ts'
import { token } from './stores.ts'

interface CommonOptions {
  /**
   * Where `context.rows` live. `memory` (default): the store is built with nothing, and restored from the beginning of
   * its changelog whenever its task is opened. `lmdb`: all that the store is must be in its rows, or be made of them in
   * `build`; then only the records after the last checkpoint are restored.
   */
  readonly kind?: 'lmdb' | 'memory'
  /** Says how its rows are laid out. Rows on disk that were written under another text are not used, but restored anew. */
  readonly layout?: string
}

export interface CustomStoreOptions<S> extends CommonOptions, LoggingOptions {
  /**
   * What is logged: `coalesced` (default): of each key the last record before a commit, so that it must say all there is
   * to know of the key; or `each` record, as Java does.
   */
  readonly changelog?: Exclude<ChangelogMode, 'off'>
  /** Makes the store of one task; it begins empty, but for its rows. */
  readonly build: (context: CustomStoreContext) => S & LoggedStore
}

export interface UnloggedStoreOptions<S> extends CommonOptions {
  /** The store is lost with its task. */
  readonly changelog: 'off'
  readonly build: (context: CustomStoreContext) => S & StoreHooks
}

/**
 * Declares a store of the application's own (Java's StateStore and StoreBuilder): processors get from `context.store`
 * what `build` returned.
 *
 *     const seen = customStore('seen', { build: (context) => new BloomFilter(context) })
 *
 * It is held to what other stores are: what it logs is written in the transaction of the records that caused it, and
 * a task whose transaction was aborted builds and restores it anew, as of the last commit. So nothing that it keeps
 * outside `context.rows` is looked at again; there is no counterpart of Java's `persistent()`, which under exactly-once
 * would need files that are written together with an offset, as rows are.
 *
 * @throws StreamsError `topology-invalid` for a bad name.
 */
export function customStore<S extends NoPromise>(name: string, options: CustomStoreOptions<S>): StoreToken<S>
export function customStore<S extends NoPromise>(
  name: string,
  options: UnloggedStoreOptions<S>,
): StoreToken<S>
export function customStore(
  name: string,
  options: CommonOptions & LoggingOptions & { readonly build: BuildCustomStore },
): StoreToken<object> {
  const { kind, layout, build } = options
  return token(name, {
    kind: 'custom',
    name: checkName(name, 'store name'),
    keySerde: bytes as Serde<unknown>,
    valueSerde: bytes as Serde<unknown>,
    engine: kind ?? 'memory',
    ...loggingOf(options, `customStore('${name}')`),
    caching: false,
    ...(layout !== undefined && { layout }),
    build,
  })
}
