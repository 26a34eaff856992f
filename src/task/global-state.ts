import type { Client, Fetcher } from '../client/client.ts'
import type { Hooks } from '../core/hooks.ts'
import type { Logger } from '../core/logger.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { Clock } from '../core/time/clock.ts'
import type { GlobalStore } from '../plan/plan.ts'
import { storeFingerprint } from '../plan/store-spec.ts'
import { usualDeleteRetentionMs } from '../store/checkpoint.ts'
import type { StateDirectory } from '../store/state-directory.ts'
import type { StoreSize } from '../store/store-size.ts'
import { TaskState } from '../store/task-state.ts'
import { fetchLimits } from './fetch-limits.ts'
import { GlobalLetters } from './global-letters.ts'
import { isKept } from './global-stores.ts'
import { GlobalTable } from './global-table.ts'
import { describeGlobalTopic, expectedOf, type GlobalTopic } from './global-topic.ts'
import type { QueriedStore } from './queried-store.ts'
import { TaskTimeout } from './task-timeout.ts'

export interface GlobalStateParts {
  /** Those of the plan that are to be filled here. */
  readonly stores: readonly GlobalStore[]
  /** Rows go to disk, as far as the stores want that; otherwise they are in memory, and read anew at each start. */
  readonly onDisk: boolean
  readonly options: ResolvedOptions
  readonly client: Client
  readonly directory: StateDirectory
  readonly clock: Clock
  readonly hooks: Hooks
  readonly logger: Logger
}

/** While it waits for records, whether the application ends is looked at this often. */
const pollMs = 500

/** Records are processed for so long between turns of the event loop, which stream threads may share. ms */
const sliceMs = 5

/**
 * The global stores of an application, the same in every instance, and their one writer (Java's GlobalStreamThread):
 * read whole, committed data only, before any task runs, and followed from then on. What one poll brings is written to
 * disk in one transaction, with the offsets after it, before the next poll: other threads see it then, and the next start
 * goes on from there.
 */
export class GlobalState {
  /** For operators: the stores by name. */
  readonly typed: ReadonlyMap<string, unknown>
  /** The same for queries. */
  readonly queried: ReadonlyMap<string, QueriedStore>
  readonly #parts: GlobalStateParts
  readonly #tables: readonly GlobalTable[]
  readonly #state: TaskState
  readonly #letters: GlobalLetters
  readonly #fetcher: Fetcher
  #following: Promise<void> | undefined
  #clean = true
  #closed = false

  private constructor(
    parts: GlobalStateParts,
    tables: readonly GlobalTable[],
    state: TaskState,
    letters: GlobalLetters,
  ) {
    this.#parts = parts
    this.#tables = tables
    this.#state = state
    this.#letters = letters
    this.#fetcher = parts.client.fetcher({
      isolation: 'read_committed',
      ...fetchLimits(parts.options.consumer),
      offsetReset: 'earliest',
    })
    this.queried = new Map(tables.map(({ store }) => [store.spec.name, store]))
    this.typed = new Map(tables.map(({ store: { spec, typed } }) => [spec.name, typed]))
  }

  /** Reads all there is. @throws StreamsError `topic-missing` */
  static async open(parts: GlobalStateParts, stopped: () => boolean): Promise<GlobalState> {
    const topics: GlobalTopic[] = []
    const { client, clock, logger, options } = parts
    const timeout = new TaskTimeout({ clock, logger, timeoutMs: options.taskTimeoutMs })
    for (const global of parts.stores)
      topics.push(
        await timeout.run(`to read ${global.store.name}`, () => describeGlobalTopic(global, client)),
      )
    const state = await openState(parts, topics)
    const letters = new GlobalLetters(parts.client, parts.options)
    const global = new GlobalState(parts, await openTables(parts, topics, state, letters), state, letters)
    try {
      await global.#catchUp(stopped)
    } catch (error) {
      await global.close()
      throw error
    }
    return global
  }

  /** Takes what comes, until it is closed. @throws StreamsError what reading, processing or writing meets. */
  follow(): Promise<void> {
    this.#following = this.#follow()
    return this.#following
  }

  /** What the stores take. */
  storeSizes(): readonly StoreSize[] {
    return this.#closed ? [] : this.#state.storeSizes()
  }

  /** What was taken is on disk by then. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#fetcher.wake()
    await this.#following?.catch(() => {}) // told by follow
    try {
      for (const table of this.#tables) table.close()
      await this.#letters.close()
      await this.#fetcher.close()
    } finally {
      await this.#state.close({ clean: this.#clean })
    }
  }

  async #catchUp(stopped: () => boolean): Promise<void> {
    for (const { inputs } of this.#tables)
      for (const { partition, position } of inputs) this.#fetcher.add(partition, position)
    while (!stopped() && this.#tables.some(({ behind }) => behind)) await this.#step()
    await this.#guarded(async () => {
      await this.#write()
      // Who reads them elsewhere finds the spaces of stores that are empty, too.
      await this.#state.bytes.write(this.#kept.map(({ store }) => ({ space: store.spec.name, rows: noRows })))
    })
  }

  async #follow(): Promise<void> {
    while (!this.#closed && this.#tables.length > 0) await this.#step()
  }

  #step(): Promise<void> {
    return this.#guarded(async () => {
      const fetched = await this.#fetcher.poll(pollMs)
      for (const stretch of fetched) {
        const table = this.#tables.find(({ topic }) => topic === stretch.topic)
        if (table) table.add(stretch)
        else stretch.release()
      }
      if (fetched.length === 0) return
      await this.#process()
      // Before the offsets say that they are written.
      await this.#letters.flush()
      await this.#write()
    })
  }

  /** What fails in the middle leaves the disk as the last write left it. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#clean = false
      throw error
    }
  }

  async #process(): Promise<void> {
    const { clock } = this.#parts
    let end = clock.monotonic() + sliceMs
    for (const table of this.#tables) {
      while (table.process()) {
        if (clock.monotonic() < end) continue
        await clock.turn()
        end = clock.monotonic() + sliceMs
      }
      table.flush()
    }
  }

  async #write(): Promise<void> {
    const kept = this.#kept
    if (kept.length > 0)
      await this.#state.submit(this.#state.cut(new Map(kept.flatMap(({ positions }) => positions))))
  }

  get #kept(): readonly GlobalTable[] {
    return this.#tables.filter(({ store: { spec } }) => isKeptBy(this.#parts, spec))
  }
}

const noRows = new Uint8Array(0)

function isKeptBy({ onDisk }: GlobalStateParts, store: GlobalStore['store']): boolean {
  return onDisk && isKept(store)
}

async function openState(parts: GlobalStateParts, topics: readonly GlobalTopic[]): Promise<TaskState> {
  const { options, directory, clock, hooks, logger } = parts
  const state = await TaskState.open({
    task: 'global',
    stores: parts.stores.flatMap((global, i) =>
      isKeptBy(parts, global.store) ? expectedOf(global, topics[i]!) : [],
    ),
    memoryStores: parts.stores
      .filter(({ store }) => !isKeptBy(parts, store))
      .map(({ store }) => ({ name: store.name, fingerprint: storeFingerprint(store) })),
    storage: { kind: 'disk', directory, mapSizeBytes: options.stateMapSize },
    deleteRetentionMs: usualDeleteRetentionMs,
    clock,
  })
  if (state.setAside) {
    const { reason, movedTo } = state.setAside
    logger.warn({ task: 'global', movedTo }, `global stores are read anew from their topics: ${reason}`)
    hooks.emit('stateSetAside', { task: 'global', reason, movedTo })
  }
  return state
}

async function openTables(
  parts: GlobalStateParts,
  topics: readonly GlobalTopic[],
  state: TaskState,
  letters: GlobalLetters,
): Promise<readonly GlobalTable[]> {
  const tables: GlobalTable[] = []
  try {
    for (const [i, global] of parts.stores.entries()) {
      const kept = isKeptBy(parts, global.store)
      const table = new GlobalTable({ ...parts, global, topic: topics[i]!, state, kept, letters })
      tables.push(table)
      state.register(table.store.state)
    }
    return tables
  } catch (error) {
    for (const table of tables) table.close()
    await state.close({ clean: false })
    throw error
  }
}
