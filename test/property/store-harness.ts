import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noHeaders, type RecordContext } from '../../src/core/record.ts'
import { ManualClock } from '../../src/core/time/clock.ts'
import type { StoreSpec } from '../../src/plan/store-spec.ts'
import { string } from '../../src/serde/scalars.ts'
import type { Serde } from '../../src/serde/serde.ts'
import type { ByteStore } from '../../src/store/byte-store.ts'
import type { ChangelogRecord } from '../../src/store/changelog-record.ts'
import { MemoryStore } from '../../src/store/memory-store.ts'
import { RecordCache } from '../../src/store/record-cache.ts'
import type { BuiltStore } from '../../src/task/built-store.ts'
import { buildStateStore } from '../../src/task/state-store-builder.ts'

/** Text whose order is that of its bytes. */
export const text = string as Serde<unknown>

/** What all stores of the property tests have in common. */
export const base = {
  name: 's',
  keySerde: text,
  valueSerde: text,
  engine: 'lmdb',
  changelog: 'each',
  caching: false,
} as const

/** A store in a task of its own, and what it wrote to its changelog. */
export class StoreRun<S> {
  readonly built: BuiltStore
  readonly log: ChangelogRecord[] = []
  readonly record: RecordContext = {
    metadata: { topic: 'in', partition: 0, offset: 0 },
    timestamp: 0,
    headers: noHeaders,
  }
  readonly #bytes: ByteStore

  constructor(spec: StoreSpec, { bytes = new MemoryStore(), cacheMaxBytes = 0 }: StoreRunOptions = {}) {
    this.#bytes = bytes
    this.built = buildStateStore(spec, {
      bytes,
      record: this.record,
      changelog: (key, value, timestamp, headers) => {
        const offset = this.log.length
        const copy = { key: key.slice(), value: value === null ? null : value.slice() }
        this.log.push({ topic: 'log', partition: 0, offset, ...copy, timestamp, headers })
      },
      cache: cacheMaxBytes > 0 ? new RecordCache(cacheMaxBytes) : undefined,
      clock: new ManualClock(0),
      task: { applicationId: 'app', taskId: '0_0', partition: 0, directory: () => join(tmpdir(), 'unused') },
    })
  }

  get store(): S {
    return this.built.typed as S
  }

  /** Operations from now on come from a record of this time. */
  at(timestamp: number): this {
    this.record.timestamp = timestamp
    return this
  }

  commit(): void {
    this.built.flushCache()
    this.built.flush()
  }

  async checkpoint(): Promise<void> {
    const { state } = this.built
    this.commit()
    const expired = state.expire()
    await this.#bytes.write(state.snapshot())
    state.acknowledge()
    await this.#bytes.drop(expired)
  }

  entries(): unknown[] {
    return [...this.built.entries()]
  }
}

export interface StoreRunOptions {
  readonly bytes?: ByteStore
  /** 0: no cache. */
  readonly cacheMaxBytes?: number
}

/** A new store that was given a changelog. */
export function restored<S>(spec: StoreSpec, log: readonly ChangelogRecord[]): StoreRun<S> {
  const run = new StoreRun<S>(spec)
  for (const record of log) run.built.restore(record)
  return run
}
