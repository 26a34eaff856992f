import type { KeyValueStoreSpec, SubscriptionStoreSpec } from '../plan/store-spec.ts'
import { RowLog } from '../store/changelog.ts'
import { mapIterator } from '../store/iterators.ts'
import { KeyValueBytesStore } from '../store/key-value-store.ts'
import { untimestampedSpaces } from '../store/row-spaces.ts'
import { TypedKeyValueStore } from '../store/typed-key-value-store.ts'
import { plainRows, timestampedRows } from '../store/typed-store.ts'
import type { BuiltStore } from './built-store.ts'
import { peek } from './segment-source.ts'
import { cacheOver, changelogOf, type StateStoreParts, spacesOf, stateOf } from './state-store-parts.ts'
import { storedRow, storeEntry } from './store-rows.ts'
import { keyValueScan } from './store-scans.ts'

export function buildKeyValueStore(
  spec: KeyValueStoreSpec | SubscriptionStoreSpec,
  parts: StateStoreParts,
): BuiltStore {
  const { name, keySerde, valueSerde } = spec
  const subscriptions = spec.kind === 'fk-subscription'
  const timestamped = subscriptions || spec.timestamped
  const rows = timestamped ? timestampedRows(valueSerde) : plainRows(valueSerde)
  const { format } = rows
  // In Java subscriptions are kept in a store with headers.
  const logging = {
    changelog: changelogOf(spec, parts),
    format,
    record: parts.record,
    withHeaders: subscriptions,
  }
  const log = new RowLog(logging)
  const spaces = spacesOf(spec, parts)
  const untimestamped = !subscriptions && spec.plainRows === true
  const maxEntries = subscriptions ? undefined : spec.maxEntries
  const store = new KeyValueBytesStore(
    {
      name,
      format,
      log,
      ...(maxEntries !== undefined && { maxEntries }),
      // Java does not log them in timestamped stores, whose changelog then keeps what the store has forgotten.
      logsEvictions: !timestamped || spec.changelog === 'coalesced',
    },
    untimestamped ? untimestampedSpaces(spaces) : spaces,
  )
  const cached = cacheOver(store, spec, parts, { keepsReads: true })
  const bytes = cached ?? store
  const typed = new TypedKeyValueStore({ name, keySerde, rows, bytes, cached })
  return {
    spec,
    typed,
    state: stateOf(spec, store.checkpointed),
    restore: (record) => store.restore(record),
    flushCache: () => cached?.flush(),
    flush: () => log.flush(),
    entries: () => mapIterator(typed.all(), (entry) => storeEntry(entry, timestamped)),
    get: (key) => storedRow(peek(store, cached, key), format),
    ...(!subscriptions && { scan: keyValueScan(spec, (range) => bytes.scan(range), format) }),
  }
}
