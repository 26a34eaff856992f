import { topology } from '../../../src/dsl/topology.ts'
import type { FoundEntry, FoundWindow, Served, ServedStore } from '../../../src/http/served.ts'
import type { StoreSpec } from '../../../src/plan/store-spec.ts'
import type { ChangeFeed, StoreChange } from '../../../src/query/store-changes.ts'
import { float64, int64, long, string } from '../../../src/serde/scalars.ts'
import type { Serde } from '../../../src/serde/serde.ts'

const start = Date.UTC(2024, 0, 5, 10)
const windowMs = 300_000
const minute = 60_000

const base = { engine: 'memory', changelog: 'each', caching: false } as const
const ofText = { ...base, keySerde: string as Serde<unknown> }

export const stores: readonly ServedStore[] = [
  store('balances', {
    ...ofText,
    name: 'balances-store',
    kind: 'key-value',
    timestamped: true,
    valueSerde: int64 as Serde<unknown>,
  }),
  store('clicks', {
    ...ofText,
    name: 'clicks-store',
    kind: 'window',
    timestamped: true,
    windowSizeMs: windowMs,
    retentionMs: 3_600_000,
    segmentMs: 1_800_000,
    retainDuplicates: false,
    valueSerde: long as Serde<unknown>,
  }),
  store('visits', {
    ...ofText,
    name: 'visits-store',
    kind: 'session',
    retentionMs: 3_600_000,
    segmentMs: 1_800_000,
    valueSerde: long as Serde<unknown>,
  }),
  store('prices', {
    ...ofText,
    name: 'prices-store',
    kind: 'versioned',
    historyRetentionMs: 86_400_000,
    segmentMs: 1_800_000,
    valueSerde: float64 as Serde<unknown>,
  }),
]

function store(table: string, spec: StoreSpec): ServedStore {
  return { name: spec.name, table, spec, global: false }
}

const balances: readonly FoundEntry[] = [
  { key: 'alice', value: 9_007_199_254_740_993n, timestamp: start },
  { key: 'bob', value: -5n, timestamp: start + 1000 },
  { key: 'carol', value: 0n, timestamp: start + 2000 },
]

const clicks: readonly FoundWindow[] = [
  { key: 'alice', window: { start, end: start + windowMs }, value: 42, timestamp: start + minute },
  {
    key: 'alice',
    window: { start: start + windowMs, end: start + 2 * windowMs },
    value: 7,
    timestamp: start + windowMs + minute,
  },
]

const prices = [
  { value: 2.5, timestamp: start, validTo: start + minute },
  { value: 2.75, timestamp: start + minute, validTo: null },
]

const example = topology(import.meta.url, (b) => {
  b.stream({ name: 'payments', key: string, value: int64 } as never)
  return undefined
})

async function* inOrder<E>(entries: readonly E[], reverse: boolean): AsyncGenerator<E> {
  yield* reverse ? entries.toReversed() : entries
}

/** What the examples of the OpenAPI document speak of. */
export const exampleServed: Served = {
  stores,
  topology: {
    text: () => example.describe(),
    mermaid: () => example.toMermaid(),
    json: () => example.describe('json'),
  },
  queries: {
    get: (_, key) => Promise.resolve(balances.find((one) => one.key === key)),
    range: (_, { from, to, prefix, reverse }) =>
      inOrder(
        balances.filter(
          ({ key }) =>
            (from === undefined || String(key) >= String(from)) &&
            (to === undefined || String(key) <= String(to)) &&
            String(key).startsWith(String(prefix ?? '')),
        ),
        reverse,
      ),
    windows: (_, key, { from = 0, to = Number.POSITIVE_INFINITY, reverse }) =>
      inOrder(
        clicks.filter(
          (one) =>
            (key === undefined || one.key === key) && one.window.start >= from && one.window.start <= to,
        ),
        reverse,
      ),
    sessions: (_, key, { reverse }) =>
      inOrder(
        key === 'alice' ? [{ key, window: { start, end: start + 30_000 }, value: 3, timestamp: null }] : [],
        reverse,
      ),
    version: (_, key, asOf = Number.MAX_SAFE_INTEGER) =>
      Promise.resolve(key === 'tea' ? prices.findLast(({ timestamp }) => timestamp <= asOf) : undefined),
    versions: (_, key, { reverse }) => inOrder(key === 'tea' ? prices : [], reverse),
  },
  health: () => ({ state: 'RUNNING', live: { ok: true, reasons: [] }, ready: { ok: true, reasons: [] } }),
  metrics: () =>
    Promise.resolve(
      '# TYPE kafka_streams_failed_stream_threads gauge\nkafka_streams_failed_stream_threads 0\n',
    ),
  lags: () =>
    Promise.resolve([
      { store: 'balances-store', partition: 0, active: true, position: 120, end: 120, lag: 0 },
      { store: 'balances-store', partition: 1, active: false, position: 80, end: 95, lag: 15 },
    ]),
  instances: () => [
    {
      address: '10.0.0.1:7070',
      local: true,
      stores: ['balances-store'],
      partitions: [{ topic: 'payments', partition: 0 }],
      standbyStores: ['balances-store'],
      standbyPartitions: [{ topic: 'payments', partition: 1 }],
    },
    {
      address: '10.0.0.2:7070',
      local: false,
      stores: ['balances-store'],
      partitions: [{ topic: 'payments', partition: 1 }],
      standbyStores: [],
      standbyPartitions: [],
    },
  ],
  keyOwner: () =>
    Promise.resolve({ partition: 1, active: '10.0.0.2:7070', standbys: ['10.0.0.1:7070'], local: false }),
  changes: (_, { key, positions }) =>
    Promise.resolve(
      feed(positions, [
        { key, value: 9_007_199_254_740_993n, timestamp: start, partition: 0, nextOffset: 4 },
        { key, value: null, timestamp: start + 100_000, partition: 0, nextOffset: 6 },
      ]),
    ),
}

/** A feed that ends by itself. */
export function feed(positions: ChangeFeed['positions'], changes: readonly StoreChange[]): ChangeFeed {
  return { positions, [Symbol.asyncIterator]: () => inOrder(changes, false) }
}
