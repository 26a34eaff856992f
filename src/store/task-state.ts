import { StreamsError } from '../core/errors.ts'
import { countRows, PackedRows } from '../core/packed-rows.ts'
import type { Clock } from '../core/time/clock.ts'
import { readBootId } from './boot-id.ts'
import type { ByteStore, SpaceRows } from './byte-store.ts'
import {
  type Checkpoint,
  checkpointKey,
  checkpointSpace,
  type ExpectedStore,
  encodeCheckpoint,
  storeOf,
} from './checkpoint.ts'
import { MemoryStore } from './memory-store.ts'
import { ownerName, ownerText, type StateOwner } from './state-owner.ts'
import type { StateStore } from './state-store.ts'
import { type StoreSize, storeSizes } from './store-size.ts'
import { markClean, markUnclean, writeOffsetSum } from './task-marks.ts'
import { type DiskStorage, type OpenedStorage, openDiskStorage, type SetAside } from './task-storage.ts'

export interface TaskStateOptions {
  readonly task: StateOwner
  /** The task's stores on disk and their changelogs as they are now. Without any, nothing is kept on disk. */
  readonly stores: readonly ExpectedStore[]
  /** Stores in memory only: no checkpoint has them, and they are restored from the start. */
  readonly memoryStores?: readonly Pick<StateStore, 'name' | 'fingerprint'>[]
  readonly storage: DiskStorage | { readonly kind: 'memory' }
  /** The smallest `delete.retention.ms` of the changelogs. */
  readonly deleteRetentionMs: number
  readonly clock: Clock
  /** Of this start of the machine, by default as the system says. */
  readonly bootId?: string
}

/** A checkpoint ready to be written: rows copied out of the stores, and what they are. */
export interface Cut {
  readonly checkpoint: Checkpoint
  readonly rows: readonly SpaceRows[]
  /** Rows of the stores among them. */
  readonly rowCount: number
  /** Spaces to drop when the rows are written. */
  readonly expired: readonly string[]
}

/**
 * The state of one task: its stores, the rows on disk under them, and the checkpoint that says what those are. Rows reach
 * the disk only by a checkpoint, and a checkpoint only after its commit succeeded; so closing without one leaves the
 * disk at the last, and the changelogs hold the rest.
 */
export class TaskState {
  readonly bytes: ByteStore
  /** By store name: the changelog offset to restore from. A store that is not in it begins at the log's start. */
  readonly offsets: ReadonlyMap<string, number>
  /** Local state that was found and could not be used. */
  readonly setAside: SetAside | undefined
  readonly #options: TaskStateOptions
  readonly #bootId: string
  /** undefined: nothing is kept. */
  readonly #directory: string | undefined
  readonly #stores = new Map<string, StateStore>()
  #last: Checkpoint | undefined
  #cut: Cut | undefined
  #writing: Promise<void> | undefined
  /** Expired, not yet dropped. */
  #expired: string[] = []
  /** The disk may differ from what was synced. */
  #unsynced = false
  #ended: string | undefined
  /** Of a checkpoint that could not be written: whoever goes on meets it too, before or after the thread hears of it. */
  #failure: { readonly error: unknown } | undefined
  #closed = false

  private constructor(
    options: TaskStateOptions,
    bootId: string,
    opened: OpenedStorage,
    directory: string | undefined,
  ) {
    this.#options = options
    this.#bootId = bootId
    this.bytes = opened.bytes
    this.offsets = opened.offsets
    this.setAside = opened.setAside
    this.#last = opened.checkpoint
    this.#directory = directory
  }

  /** Opens what is on disk if it can be used; otherwise sets it aside and begins with nothing. */
  static async open(options: TaskStateOptions): Promise<TaskState> {
    const { storage, task, stores, clock, deleteRetentionMs } = options
    const bootId = options.bootId ?? readBootId()
    if (storage.kind === 'memory' || stores.length === 0) {
      const bytes = new MemoryStore()
      const opened = { bytes, checkpoint: undefined, offsets: new Map(), setAside: undefined }
      return new TaskState(options, bootId, opened, undefined)
    }
    const judging = { now: clock.now(), bootId, deleteRetentionMs }
    const opened = await openDiskStorage(task, storage, stores, judging)
    return new TaskState(options, bootId, opened, storage.directory.taskDirectory(task))
  }

  /** Adds a store made over `bytes`, one of those named to `open`. */
  register(store: StateStore): void {
    const { stores, memoryStores = [] } = this.#options
    const expected = [...stores, ...memoryStores].find(({ name }) => storeOf(name) === store.name)
    if (expected?.fingerprint !== store.fingerprint || this.#stores.has(store.name))
      throw this.#wrong(`store ${store.name} is not one it was opened for`)
    this.#stores.set(store.name, store)
  }

  /** When what the disk holds was committed, ms since the epoch; undefined before the first checkpoint. */
  get committedAtMs(): number | undefined {
    return this.#last?.committedAtMs
  }

  get memoryBytes(): number {
    return sum(this.#stores.values(), (store) => store.memoryBytes)
  }

  get dirtyBytes(): number {
    return sum(this.#stores.values(), (store) => store.dirtyBytes)
  }

  /** What each of the stores takes; nothing once it is closed. */
  storeSizes(): readonly StoreSize[] {
    if (this.#closed) return []
    return storeSizes(ownerName(this.#options.task), this.#stores.values(), this.bytes)
  }

  /** Shares this many bytes of memory among the stores, equally. */
  setCapacity(bytes: number): void {
    for (const store of this.#stores.values()) store.setCapacity(Math.floor(bytes / this.#stores.size))
  }

  /** A cut exists that is neither written nor discarded: there cannot be another. */
  get checkpointing(): boolean {
    return this.#cut !== undefined
  }

  /**
   * Copies the rows changed since the last cut. Call it at the end of a commit's flush, when the stores hold exactly
   * what the commit will cover.
   * @param offsets by store name: the changelog offset after the commit's last record.
   */
  cut(offsets: ReadonlyMap<string, number>): Cut {
    if (this.#failure) throw this.#failure.error
    if (this.#ended) throw this.#wrong(this.#ended)
    if (this.#cut) throw this.#wrong('the last checkpoint is still under way')
    const checkpoint = this.#checkpoint(offsets)
    this.expire()
    const row = new PackedRows()
    row.add(checkpointKey, encodeCheckpoint(checkpoint))
    const rows = [...this.#stores.values()].flatMap((store) => store.snapshot())
    const rowCount = sum(rows, ({ rows: packed }) => countRows(packed))
    rows.push({ space: checkpointSpace, rows: row.bytes })
    this.#cut = { checkpoint, rows, rowCount, expired: this.#expired }
    this.#expired = []
    return this.#cut
  }

  /**
   * Writes a cut whose commit succeeded. What changes meanwhile belongs to the next.
   * @throws what `ByteStore.write` throws; the task can then only be closed.
   */
  submit(cut: Cut): Promise<void> {
    if (cut !== this.#cut || this.#writing) throw this.#wrong('the checkpoint submitted is not the last cut')
    this.#writing = this.#write(cut)
    return this.#writing
  }

  /** Drops a cut whose commit was aborted. The stores now differ from the disk: the task can only be closed, not clean. */
  discard(cut: Cut): void {
    if (cut !== this.#cut || this.#writing) throw this.#wrong('the checkpoint discarded is not the last cut')
    this.#cut = undefined
    this.#ended = 'a commit was aborted'
  }

  /**
   * Lets the stores forget what has expired. Their spaces are dropped with the next checkpoint, not before: an aborted
   * commit takes its stream time back.
   */
  expire(): void {
    for (const store of this.#stores.values()) this.#expired.push(...store.expire())
  }

  /** Waits for the write under way. @param clean marks the disk as safe to use after a restart of the machine. */
  async close({ clean }: { readonly clean: boolean }): Promise<void> {
    const ended = this.#ended
    this.#closed = true
    this.#ended ??= 'it is closed'
    try {
      await this.#writing?.catch(() => {}) // told by submit
      if (clean && this.#failure) throw this.#failure.error
      if (clean && (ended || this.#cut))
        throw this.#wrong(`it cannot close cleanly: ${ended ?? 'a cut is open'}`)
      if (clean) await this.#closeCleanly()
    } finally {
      await this.bytes.close()
    }
  }

  #checkpoint(offsets: ReadonlyMap<string, number>): Checkpoint {
    const stores = this.#options.stores.map((store) => {
      const changelogOffset = offsets.get(store.name)
      if (changelogOffset === undefined) throw this.#wrong(`store ${store.name} has no changelog offset`)
      const { name, fingerprint, changelogTopic, changelogTopicId, changelogPartition } = store
      return { name, fingerprint, changelogTopic, changelogTopicId, changelogPartition, changelogOffset }
    })
    return {
      format: 1,
      stores,
      committedAtMs: this.#options.clock.now(),
      bootId: this.#bootId,
      clean: false,
    }
  }

  async #write(cut: Cut): Promise<void> {
    try {
      this.#markUnclean()
      await this.bytes.write(cut.rows)
      this.#last = cut.checkpoint
      for (const store of this.#stores.values()) store.acknowledge()
      if (this.#directory !== undefined)
        writeOffsetSum(
          this.#directory,
          sum(cut.checkpoint.stores, (store) => store.changelogOffset),
        )
      await this.bytes.drop(cut.expired)
      this.#cut = undefined
    } catch (error) {
      this.#failure = { error: this.#ofTask(error) }
      throw this.#failure.error
    } finally {
      this.#writing = undefined
    }
  }

  #markUnclean(): void {
    if (this.#unsynced) return
    if (this.#directory !== undefined) markUnclean(this.#directory, this.#bootId)
    this.#unsynced = true
  }

  async #closeCleanly(): Promise<void> {
    if (!this.#last || this.#directory === undefined) return
    if (!this.#unsynced && this.#last.clean) return
    // The mark must not reach the disk before the rows it vouches for.
    await this.bytes.sync()
    const row = new PackedRows()
    row.add(checkpointKey, encodeCheckpoint({ ...this.#last, clean: true }))
    await this.bytes.write([{ space: checkpointSpace, rows: row.bytes }])
    await this.bytes.sync()
    markClean(this.#directory)
  }

  /** The same error, which names the task and its stores. */
  #ofTask(error: unknown): unknown {
    if (!StreamsError.is(error)) return error
    const { task } = this.#options
    const stores = [...this.#stores.keys()].join(', ')
    return new StreamsError(
      error.code,
      `checkpoint of ${ownerText(task)} (stores ${stores}): ${error.message}`,
      {
        cause: error,
        details: { ...error.details, task: ownerName(task), stores },
      },
    )
  }

  #wrong(what: string): StreamsError {
    return new StreamsError('internal', `state of ${ownerText(this.#options.task)}: ${what}`)
  }
}

function sum<T>(items: Iterable<T>, of: (item: T) => number): number {
  let total = 0
  for (const item of items) total += of(item)
  return total
}
