import type {
  FoundEntry,
  FoundVersion,
  FoundWindow,
  KeyOwner,
  ReadOptions,
  ServedInstance,
  ServedQueries,
  TimeRange,
} from '../http/served.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { QueriedEntry } from '../query/key-value-view.ts'
import { keyValueView } from '../query/key-value-view.ts'
import type { InstanceMetadata, KeyMetadata } from '../query/metadata.ts'
import type { Queries } from '../query/queries.ts'
import type { RangeQueryOptions } from '../query/query-options.ts'
import { earliest, latest } from '../query/question-times.ts'
import { addressOf } from '../query/remote-owner.ts'
import { sessionView } from '../query/session-view.ts'
import { type QueriedVersion, versionedView } from '../query/versioned-view.ts'
import { type QueriedWindow, windowView } from '../query/window-view.ts'

/** Queries of the HTTP service, by those of the application. */
export function servedQueries(queries: Queries): ServedQueries {
  const keyValue = (store: StoreSpec) => keyValueView(queries.query(store))
  const versioned = (store: StoreSpec) => versionedView(queries.query(store))
  return {
    async get(store, key, options) {
      const found = await keyValue(store).getEntry(key, optionsOf(options))
      return found && foundEntry(found)
    },
    range(store, { from, to, prefix, reverse }, options) {
      const view = keyValue(store)
      const found =
        prefix === undefined
          ? view.range({ from, to, reverse }, optionsOf(options))
          : view.prefix(prefix, optionsOf(options))
      return mapped(found, foundEntry)
    },
    windows(store, key, times, options) {
      const view = windowView(queries.query(store))
      const { from = earliest, to = latest, reverse } = times
      if (key === undefined)
        return mapped(view.fetchRange({ reverse }, from, to, optionsOf(options)), foundWindow)
      const fetch = reverse ? view.backwardFetch : view.fetch
      return mapped(fetch(key, from, to, optionsOf(options)), foundWindow)
    },
    sessions(store, key, { from = earliest, to = latest, reverse }: TimeRange, options) {
      const view = sessionView(queries.query(store))
      const reading = { ...optionsOf(options), reverse }
      if (key !== undefined) return mapped(view.findSessions(key, from, to, reading), foundWindow)
      return mapped(within(view.all(reading), from, to), foundWindow)
    },
    async version(store, key, asOf, options) {
      const view = versioned(store)
      const found =
        asOf === undefined
          ? await view.get(key, optionsOf(options))
          : await view.asOf(key, asOf, optionsOf(options))
      return found && foundVersion(found)
    },
    versions(store, key, { from = earliest, to = latest, reverse }, options) {
      return mapped(versioned(store).history(key, { from, to, reverse }, optionsOf(options)), foundVersion)
    },
  }
}

export function servedInstance({ stores, local, ...metadata }: InstanceMetadata): ServedInstance {
  const { partitions, standbyStores, standbyPartitions } = metadata
  return { address: addressOf(metadata), local, stores, partitions, standbyStores, standbyPartitions }
}

export function servedOwner({ partition, active, standbys, local }: KeyMetadata): KeyOwner {
  return { partition, active: active ? addressOf(active) : null, standbys: standbys.map(addressOf), local }
}

function optionsOf({ isolation, stale, signal, onRead, limit }: ReadOptions): RangeQueryOptions {
  return { isolation, stale, signal, onRead, ...(limit !== undefined && { limit }) }
}

async function* mapped<A, B>(items: AsyncIterable<A>, map: (item: A) => B): AsyncGenerator<B, undefined> {
  for await (const item of items) yield map(item)
}

async function* within(
  sessions: AsyncIterable<QueriedWindow<unknown, unknown>>,
  from: number,
  to: number,
): AsyncGenerator<QueriedWindow<unknown, unknown>, undefined> {
  for await (const session of sessions) {
    const { start, end } = session.key.window
    if (end >= from && start <= to) yield session
  }
}

function foundEntry({ key, value, timestamp }: QueriedEntry<unknown, unknown>): FoundEntry {
  return { key, value, timestamp: known(timestamp) }
}

function foundWindow({ key, value, timestamp }: QueriedWindow<unknown, unknown>): FoundWindow {
  return { key: key.key, window: key.window, value, timestamp: known(timestamp) }
}

function foundVersion({ value, timestamp, validTo }: QueriedVersion<unknown>): FoundVersion {
  return { value, timestamp, validTo: validTo ?? null }
}

/** Stores that keep no timestamps say -1. */
function known(timestamp: number): number | null {
  return timestamp === -1 ? null : timestamp
}
