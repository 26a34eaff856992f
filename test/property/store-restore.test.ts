import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import type { StoreSpec } from '../../src/plan/store-spec.ts'
import { bytes } from '../../src/serde/scalars.ts'
import type { Serde } from '../../src/serde/serde.ts'
import { type Subscription, subscription } from '../../src/serde/subscription.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { MemoryStore } from '../../src/store/memory-store.ts'
import type {
  JoinBuffer,
  KeyValueStore,
  OuterJoinBuffer,
  SessionStore,
  SuppressBuffer,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  WindowStore,
} from '../../src/store/state-stores.ts'
import { MapEngine } from '../unit/store/map-engine.ts'
import { runs } from './runs.ts'
import { base, restored, StoreRun, text } from './store-harness.ts'

// Whatever was done to a store: its changelog and its rows on disk give the same store again, whether every change is
// logged or the last of each commit, with or without a cache, on disk or in memory.

const minute = 60_000

/** One change: what it means depends on the kind of store. */
const change = fc.record({
  key: fc.constantFrom('a', 'b', 'bb', 'c'),
  value: fc.option(fc.string({ maxLength: 2 })),
  /** Time moves by so much. */
  move: fc.integer({ min: -5, max: 6 }),
  commits: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
})
type Change = typeof change extends fc.Arbitrary<infer C> ? C : never

interface Kind<S> {
  readonly spec: StoreSpec
  /** @param time of the record that causes the change, ms. */
  apply(run: StoreRun<S>, change: Change, time: number): void
}

function kind<S>(spec: StoreSpec, apply: Kind<S>['apply']): Kind<unknown> {
  return { spec, apply: apply as Kind<unknown>['apply'] }
}

const windows = { ...base, windowSizeMs: minute, retentionMs: 4 * minute, segmentMs: minute } as const

const kinds: Readonly<Record<string, Kind<unknown>>> = {
  'key-value': kind<KeyValueStore<string, string>>(
    { ...base, kind: 'key-value', timestamped: false },
    ({ store }, { key, value }) => store.put(key, value),
  ),
  'timestamped key-value': kind<KeyValueStore<string, ValueAndTimestamp<string>>>(
    { ...base, kind: 'key-value', timestamped: true },
    ({ store }, { key, value }, timestamp) => store.put(key, value === null ? null : { value, timestamp }),
  ),
  'least recently used': kind<KeyValueStore<string, string>>(
    { ...base, kind: 'key-value', timestamped: false, maxEntries: 2 },
    ({ store }, { key, value }) => store.put(key, value),
  ),
  window: kind<WindowStore<string, string>>(
    { ...windows, kind: 'window', timestamped: false, retainDuplicates: false },
    ({ store }, { key, value }, time) => store.put(key, value, time),
  ),
  'window of an aggregate': kind<WindowStore<string, ValueAndTimestamp<string>>>(
    { ...windows, kind: 'window', timestamped: true, retainDuplicates: false, advanceMs: minute },
    ({ store }, { key, value }, time) =>
      store.put(key, value === null ? null : { value, timestamp: time + 1 }, time - (time % minute)),
  ),
  'window with duplicates': kind<WindowStore<string, string>>(
    { ...windows, kind: 'window', timestamped: false, retainDuplicates: true },
    ({ store }, { key, value }, time) => store.put(key, value, time),
  ),
  session: kind<SessionStore<string, string>>(
    { ...base, kind: 'session', retentionMs: 4 * minute, segmentMs: minute },
    ({ store }, { key, value, move }, time) =>
      store.put({ key, window: { start: Math.max(0, time - Math.abs(move) * 1000), end: time } }, value),
  ),
  versioned: kind<VersionedKeyValueStore<string, string>>(
    { ...base, kind: 'versioned', historyRetentionMs: 4 * minute, segmentMs: minute },
    ({ store }, { key, value }, time) => store.put(key, value, time),
  ),
  subscriptions: kind<KeyValueStore<Uint8Array, ValueAndTimestamp<Subscription>>>(
    { ...base, kind: 'fk-subscription', keySerde: bytes as Serde<unknown>, valueSerde: subscription(text) },
    ({ store }, { key, value, move }, timestamp) => {
      const hash = move < 0 ? null : new Uint8Array(16).fill(move)
      const subscribed = {
        instruction: 'propagate-only-if-fk-val-available',
        primaryKey: value,
        hash,
      } as const
      const row = { value: { ...subscribed, primaryPartition: 0 }, timestamp }
      store.put(utf8(key), value === null ? null : row)
    },
  ),
  custom: kind<{ put(key: string, value: string | null): void }>(
    {
      ...base,
      kind: 'custom',
      keySerde: bytes as Serde<unknown>,
      valueSerde: bytes as Serde<unknown>,
      build: ({ rows, log }) => {
        return {
          restore: rows.put,
          put(key: string, value: string | null): void {
            const row = value === null ? null : utf8(value)
            rows.put(utf8(key), row)
            log(utf8(key), row)
          },
        }
      },
    },
    ({ store }, { key, value }) => store.put(key, value),
  ),
  'outer-join buffer': kind<OuterJoinBuffer<string, string>>(
    { ...base, kind: 'outer-join-buffer', otherValueSerde: text },
    ({ store }, { key, value, move }, timestamp) => {
      const side = move < 0 ? 'left' : 'right'
      if (move % 2 === 0) store.removeIfPresent({ timestamp, side, key })
      else store.put({ timestamp, side, key }, value)
    },
  ),
  'suppress buffer': kind<SuppressBuffer<string, string>>(
    { ...base, kind: 'suppress-buffer' },
    ({ store, record }, { key, value, move }, time) => {
      store.put(time, { key, newValue: value, oldValue: move > 0 ? 'old' : null, context: record })
      if (move === 6)
        store.evictWhile(
          () => store.size > 1,
          () => {},
        )
    },
  ),
  'join buffer': kind<JoinBuffer<string, string>>(
    { ...base, kind: 'join-buffer', graceMs: 2 * minute },
    ({ store, record }, { key, value, move }) => {
      if (value !== null) store.put(key, value, record)
      if (move > 4) store.evict(() => {})
    },
  ),
}

/** Does the changes, and commits where they say so and at the end. */
function perform(run: StoreRun<unknown>, { apply }: Kind<unknown>, changes: readonly Change[]): void {
  let time = 20 * minute
  for (const next of changes) {
    time += next.move * 20_000
    run.at(time)
    apply(run, next, time)
    if (next.commits) run.commit()
  }
  run.commit()
}

/** Caches, as Java's, show also what the store below has let go of already. */
function everlasting(spec: StoreSpec): StoreSpec {
  if (spec.kind === 'key-value') return { ...spec, maxEntries: 1000 }
  return 'retentionMs' in spec ? { ...spec, retentionMs: 1000 * minute } : spec
}

function sorted(entries: readonly unknown[]): string[] {
  return entries.map((entry) => JSON.stringify(entry)).sort()
}

const root = mkdtempSync(join(tmpdir(), 'millrace-restore-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let opened = 0

describe.each(Object.entries(kinds))('%s', (_, each) => {
  const coalesced: StoreSpec = { ...each.spec, changelog: 'coalesced' }
  const changes = fc.array(change, { maxLength: 60, size: 'max' })

  test('the changelog of every change restores the store', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const run = new StoreRun(each.spec)
        perform(run, each, list)
        const again = restored(each.spec, run.log)
        expect(again.entries()).toEqual(run.entries())
        expect(again.built.buffer?.bufferSize).toBe(run.built.buffer?.bufferSize)
      }),
      runs(40),
    )
  })

  test('so does that of the last change of each commit, which is no longer', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const run = new StoreRun(each.spec)
        const other = new StoreRun(coalesced)
        perform(run, each, list)
        perform(other, each, list)
        expect(other.entries()).toEqual(run.entries())
        expect(restored(coalesced, other.log).entries()).toEqual(run.entries())
        expect(other.log.length).toBeLessThanOrEqual(run.log.length)
      }),
      runs(40),
    )
  })

  test('under a cache it is the same at commits', () => {
    const spec = everlasting(each.spec)
    fc.assert(
      fc.property(changes, fc.constantFrom(400, 2 ** 20), (list, cacheMaxBytes) => {
        const run = new StoreRun(spec)
        const cached = new StoreRun({ ...spec, caching: true }, { cacheMaxBytes })
        perform(run, each, list)
        perform(cached, each, list)
        expect(cached.entries()).toEqual(run.entries())
        expect(restored(spec, cached.log).entries()).toEqual(run.entries())
      }),
      runs(40),
    )
  })

  test('in memory it is the same', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const run = new StoreRun(each.spec)
        const inMemory = new StoreRun({ ...each.spec, engine: 'memory' })
        perform(run, each, list)
        perform(inMemory, each, list)
        expect(sorted(inMemory.entries())).toEqual(sorted(run.entries()))
        expect(inMemory.log).toEqual(run.log)
      }),
      runs(20),
    )
  })

  test('in an engine of the application it is the same, whose rows go when they have expired', () => {
    fc.assert(
      fc.property(changes, changes, (before, after) => {
        const run = new StoreRun(each.spec)
        const engine = new MapEngine()
        const inEngine = new StoreRun({ ...each.spec, engine } as StoreSpec)
        const dropped: string[] = []
        for (const part of [before, after]) {
          perform(run, each, part)
          perform(inEngine, each, part)
          expect(inEngine.entries()).toEqual(run.entries())
          expect(inEngine.log).toEqual(run.log)
          dropped.push(...run.built.state.expire())
          inEngine.built.state.expire()
          expect(engine.dropped).toEqual(dropped)
        }
      }),
      runs(20),
    )
  })

  test('on disk, in LMDB, it is what it is in memory', async () => {
    await fc.assert(
      fc.asyncProperty(changes, changes, async (before, after) => {
        const bytes = openLmdbStore(join(root, String(opened++)), { mapSizeBytes: 2 ** 24 })
        const onDisk = new StoreRun(each.spec, { bytes })
        const inMemory = new StoreRun({ ...each.spec, engine: 'memory' })
        for (const part of [before, after]) {
          perform(onDisk, each, part)
          perform(inMemory, each, part)
          expect(sorted(onDisk.entries())).toEqual(sorted(inMemory.entries()))
          await onDisk.checkpoint()
        }
        expect(sorted(onDisk.entries())).toEqual(sorted(inMemory.entries()))
        await bytes.close()
      }),
      runs(5),
    )
  })

  test('its rows on disk are the store', async () => {
    await fc.assert(
      fc.asyncProperty(changes, changes, async (before, after) => {
        const bytes = new MemoryStore()
        const run = new StoreRun(each.spec, { bytes })
        perform(run, each, before)
        await run.checkpoint()
        const reopened = new StoreRun(each.spec, { bytes })
        expect(reopened.entries()).toEqual(run.entries())
        if ('maxEntries' in each.spec) return // what was used last is not known any more
        perform(run, each, after)
        perform(reopened, each, after)
        expect(reopened.entries()).toEqual(run.entries())
      }),
      runs(20),
    )
  })
})
