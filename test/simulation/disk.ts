import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StreamsError } from '../../src/core/errors.ts'
import { forEachRow } from '../../src/core/packed-rows.ts'
import type { ByteStore, RangeOptions, Row, SpaceRows } from '../../src/store/byte-store.ts'
import { checkpointSpace, decodeCheckpoint } from '../../src/store/checkpoint.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { MemoryStore } from '../../src/store/memory-store.ts'
import type { OpenRows } from '../../src/store/state-directory.ts'
import type { SpaceSize } from '../../src/store/store-size.ts'
import type { Invariants } from './invariants.ts'
import type { Life } from './life.ts'
import type { Nemesis } from './nemesis.ts'
import type { Scheduler } from './scheduler.ts'

export interface DiskParts {
  readonly kind: 'lmdb' | 'memory'
  readonly scheduler: Scheduler
  readonly invariants: Invariants
}

/**
 * The rows of all tasks of all processes, over their lives: in LMDB, or in memory, which is faster. A killed process
 * writes nothing any more; what LMDB does in the midst of a write when its process is killed is not simulated: a write is
 * there whole or not at all (test/crash kills real processes).
 */
export class Disk {
  readonly #parts: DiskParts
  /** By what `rows.id` in the directory says: a directory that is moved takes its rows along. */
  readonly #kept = new Map<string, MemoryStore>()
  readonly #open = new Set<string>()

  constructor(parts: DiskParts) {
    this.#parts = parts
  }

  /** For one life of a process. */
  of(life: Life, nemesis: Nemesis): OpenRows {
    return (directory, options) => {
      if (life.death) throw life.death
      if (this.#open.has(directory)) throw new StreamsError('internal', `${directory} is opened twice`)
      const rows = this.#parts.kind === 'lmdb' ? openLmdbStore(directory, options) : this.#keptIn(directory)
      this.#open.add(directory)
      return new WatchedStore(rows, {
        ...this.#parts,
        life,
        nemesis,
        closed: () => this.#open.delete(directory),
      })
    }
  }

  #keptIn(directory: string): ByteStore {
    mkdirSync(directory, { recursive: true })
    const file = join(directory, 'rows.id')
    if (!existsSync(file)) writeFileSync(file, randomUUID())
    const id = readFileSync(file, 'utf8')
    const rows = this.#kept.get(id) ?? new MemoryStore()
    this.#kept.set(id, rows)
    return new KeptStore(rows)
  }
}

/** Passes everything on; closing it leaves the rows. */
class KeptStore implements ByteStore {
  protected readonly inner: ByteStore

  constructor(inner: ByteStore) {
    this.inner = inner
  }

  spaces(): readonly string[] {
    return this.inner.spaces()
  }

  get(space: string, key: Uint8Array): Uint8Array | undefined {
    return this.inner.get(space, key)
  }

  size(space: string): SpaceSize {
    return this.inner.size(space)
  }

  range(space: string, options?: RangeOptions): IterableIterator<Row> {
    return this.inner.range(space, options)
  }

  write(rows: readonly SpaceRows[]): Promise<void> {
    return this.inner.write(rows)
  }

  drop(spaces: readonly string[]): Promise<void> {
    return this.inner.drop(spaces)
  }

  sync(): Promise<void> {
    return this.inner.sync()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

interface Watch extends DiskParts {
  readonly life: Life
  readonly nemesis: Nemesis
  closed(): void
}

/** The rows of a task as one life of a process has them. */
class WatchedStore extends KeptStore {
  readonly #watch: Watch
  #closing: Promise<void> | undefined

  constructor(inner: ByteStore, watch: Watch) {
    super(inner)
    this.#watch = watch
  }

  override async write(rows: readonly SpaceRows[]): Promise<void> {
    const { life, nemesis, invariants } = this.#watch
    const isMark = marksClean(rows)
    await nemesis.meet(life, isMark ? 'task close: marked clean' : 'checkpoint cut and submitted')
    invariants.checkpointed(life, rows)
    await this.#real('write', () => super.write(rows))
    if (!isMark) await nemesis.meet(life, 'checkpoint written')
  }

  override async drop(spaces: readonly string[]): Promise<void> {
    if (spaces.length > 0) await this.#real('drop', () => super.drop(spaces))
  }

  override async sync(): Promise<void> {
    const { life, nemesis } = this.#watch
    await nemesis.meet(life, 'task close: synced')
    await this.#real('sync', () => super.sync())
  }

  override close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** Whatever happens: nobody else may open it before. */
  async #close(): Promise<void> {
    const { life, nemesis, scheduler, closed } = this.#watch
    try {
      await nemesis.meet(life, 'task close: closed')
    } catch (error) {
      if (error !== life.death) throw error
    } finally {
      await scheduler.real(life, 'close', () => this.inner.close().finally(closed))
    }
  }

  #real<T>(what: string, work: () => Promise<T>): Promise<T> {
    const { life, scheduler } = this.#watch
    if (life.death) return Promise.reject(life.death)
    return scheduler.real(life, what, work)
  }
}

/** It is no checkpoint, but says that the last one is synced. */
function marksClean(rows: readonly SpaceRows[]): boolean {
  let clean = false
  for (const { space, rows: packed } of rows)
    if (space === checkpointSpace)
      forEachRow(packed, (_, value) => {
        const checkpoint = value && decodeCheckpoint(value)
        clean = checkpoint ? checkpoint !== 'malformed' && checkpoint.clean : false
      })
  return clean
}
