import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import type { ByteStore } from '../../src/store/byte-store.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { MemoryStore } from '../../src/store/memory-store.ts'
import type { Entry, KeyValueStore } from '../../src/store/state-stores.ts'
import { MapEngine } from '../unit/store/map-engine.ts'
import { runs } from './runs.ts'
import { base, StoreRun } from './store-harness.ts'
import { Readings } from './store-readings.ts'

type Store = KeyValueStore<string, string>

const key = fc.string({ unit: fc.constantFrom('a', 'b', '\u007f'), maxLength: 3 })
const value = fc.string({ maxLength: 2 })
const bound = fc.option(key, { nil: undefined })
const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('put' as const), key, value: fc.option(value) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('putIfAbsent' as const), key, value }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('get' as const), key }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('range' as const),
      from: bound,
      to: bound,
      reverse: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('prefix' as const), key }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('advance' as const), count: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'commit' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'checkpoint' as const }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function sorted(model: ReadonlyMap<string, string>, reverse: boolean): Entry<string, string>[] {
  const all = [...model].map(([k, v]) => ({ key: k, value: v }))
  return all.sort((a, b) => (reverse ? -1 : 1) * Buffer.compare(utf8(a.key), utf8(b.key)))
}

function between(from: string | undefined, to: string | undefined) {
  return ({ key: k }: Entry<string, string>): boolean =>
    (from === undefined || k >= from) && (to === undefined || k <= to)
}

/** Does steps to a store and to a Map. */
class Check {
  readonly #run: StoreRun<Store>
  readonly #model = new Map<string, string>()
  readonly #readings = new Readings()

  constructor(run: StoreRun<Store>) {
    this.#run = run
  }

  async take(step: Step): Promise<void> {
    const { store } = this.#run
    if (step.do === 'put') this.#put(step.key, step.value)
    else if (step.do === 'putIfAbsent') this.#putIfAbsent(step.key, step.value)
    else if (step.do === 'delete') this.#delete(step.key)
    else if (step.do === 'get') expect(store.get(step.key)).toBe(this.#model.get(step.key))
    else if (step.do === 'range') this.#range(step.from, step.to, step.reverse)
    else if (step.do === 'prefix') {
      const expected = sorted(this.#model, false).filter((entry) => entry.key.startsWith(step.key))
      this.#readings.add(store.prefixScan(utf8(step.key)), expected)
    } else if (step.do === 'advance') this.#readings.advance(step.count)
    else if (step.do === 'commit') this.#run.commit()
    else await this.#run.checkpoint()
  }

  finish(): void {
    this.#readings.finish()
    this.#run.commit()
    expect([...this.#run.store.all()]).toEqual(sorted(this.#model, false))
    expect(this.#run.store.approximateNumEntries()).toBe(this.#model.size)
  }

  #put(k: string, v: string | null): void {
    this.#run.store.put(k, v)
    if (v === null) this.#model.delete(k)
    else this.#model.set(k, v)
  }

  #putIfAbsent(k: string, v: string): void {
    expect(this.#run.store.putIfAbsent(k, v)).toBe(this.#model.get(k))
    if (!this.#model.has(k)) this.#model.set(k, v)
  }

  #delete(k: string): void {
    expect(this.#run.store.delete(k)).toBe(this.#model.get(k))
    this.#model.delete(k)
  }

  #range(from: string | undefined, to: string | undefined, reverse: boolean): void {
    const range = { ...(from !== undefined && { from }), ...(to !== undefined && { to }), reverse }
    this.#readings.add(this.#run.store.range(range), sorted(this.#model, reverse).filter(between(from, to)))
  }
}

const root = mkdtempSync(join(tmpdir(), 'millrace-key-value-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let opened = 0
const onLmdb = (): ByteStore => openLmdbStore(join(root, String(opened++)), { mapSizeBytes: 2 ** 26 })
const onMemory = (): ByteStore => new MemoryStore()

describe.each([
  { name: 'lmdb', engine: 'lmdb', bytes: onLmdb, cacheMaxBytes: 0, numRuns: 20 },
  { name: 'lmdb under a cache', engine: 'lmdb', bytes: onLmdb, cacheMaxBytes: 2 ** 20, numRuns: 20 },
  { name: 'lmdb under a small cache', engine: 'lmdb', bytes: onMemory, cacheMaxBytes: 300, numRuns: 100 },
  { name: 'memory', engine: 'memory', bytes: onMemory, cacheMaxBytes: 0, numRuns: 100 },
  {
    name: 'an engine of the application under a small cache',
    engine: new MapEngine(),
    bytes: onMemory,
    cacheMaxBytes: 300,
    numRuns: 50,
  },
] as const)('$name', ({ engine, bytes: makeBytes, cacheMaxBytes, numRuns }) => {
  test('a key-value store is a sorted map, and its iterators show it as it was', async () => {
    const spec = { ...base, engine, kind: 'key-value', timestamped: false, caching: true } as const
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120, size: 'max' }), async (steps) => {
        const bytes = makeBytes()
        try {
          const check = new Check(new StoreRun<Store>(spec, { bytes, cacheMaxBytes }))
          for (const action of steps) await check.take(action)
          check.finish()
        } finally {
          await bytes.close()
        }
      }),
      runs(numRuns),
    )
  })
})
