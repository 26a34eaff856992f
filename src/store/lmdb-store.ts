import { existsSync, mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { StreamsError } from '../core/errors.ts'
import { forEachRow } from '../core/packed-rows.ts'
import { isTerminating, unterminated } from '../core/termination-lock.ts'
import type { ByteStore, RangeOptions, Row, SpaceRows } from './byte-store.ts'
import { type LmdbDatabase, type LmdbEnvironment, openEnvironment, pageSize } from './lmdb.ts'
import { unreadable, writeError } from './lmdb-errors.ts'
import { checkLmdbFile } from './lmdb-file.ts'
import { splitKey, toLmdbKey, withKey } from './lmdb-keys.ts'
import { LmdbRows, LmdbScan } from './lmdb-scan.ts'
import { LmdbSpaces } from './lmdb-spaces.ts'
import { type DatabaseRows, InstructionStream } from './lmdb-stream.ts'
import type { SpaceSize } from './store-size.ts'
import { storeClosed, WriteQueue } from './write-queue.ts'

export interface LmdbStoreOptions {
  /** The data file may grow to this size. Address space only, until it is used. */
  readonly mapSizeBytes: number
  /** Spaces that may exist at once; 500 by default. */
  readonly maxSpaces?: number
  /** Off: writes go through lmdb-js' public `batch`, the reference, which is slower on the JavaScript thread. */
  readonly preparedStream?: boolean
  /**
   * Another thread of this process has it open, and writes: environments are shared within a process. A read sees the
   * writes that ended before its turn of the event loop. The spaces are those there are at opening.
   */
  readonly readOnly?: boolean
}

/**
 * Opens or makes the LMDB environment in a directory. Open it once in a process. A worker thread is not terminated while
 * it calls LMDB: lmdb-js would end the process, or hold on to a lock for ever.
 * @throws StreamsError `state-unreadable` when the files are damaged or of another layout.
 */
export function openLmdbStore(directory: string, options: LmdbStoreOptions): ByteStore {
  return unterminated(() => openStore(directory, options))
}

function openStore(directory: string, options: LmdbStoreOptions): ByteStore {
  mkdirSync(directory, { recursive: true })
  try {
    const { mapSizeBytes, maxSpaces = 500, readOnly = false } = options
    const file = join(directory, 'data.mdb')
    // A file that grows meanwhile must not be made shorter.
    if (existsSync(file) && !readOnly) checkLmdbFile(file)
    const environment = openEnvironment(directory, { mapSizeBytes, maxSpaces, readOnly })
    try {
      checkLayout(environment, readOnly)
      return new LmdbStore(directory, environment, options)
    } catch (error) {
      environment.close().catch(() => {}) // the first error says why
      throw error
    }
  } catch (error) {
    throw unreadable(directory, error)
  }
}

const layoutKey = Buffer.from('layout')
/** Changes with lmdb-keys and lmdb-spaces. */
const layout = Buffer.from('millrace 1')

function checkLayout(environment: LmdbEnvironment, readOnly: boolean): void {
  const found = environment.getBinaryFast(layoutKey)
  if (found === undefined && !readOnly && environment.getKeys()[Symbol.iterator]().next().done)
    environment.putSync(layoutKey, layout)
  else if (found === undefined || !layout.equals(found.subarray(0, environment.lastSize)))
    throw new Error('it has another layout')
}

class LmdbStore implements ByteStore {
  readonly #directory: string
  readonly #environment: LmdbEnvironment
  readonly #mapSizeBytes: number
  readonly #spaces: LmdbSpaces
  readonly #readOnly: boolean
  readonly #stream: InstructionStream | undefined
  readonly #writes = new WriteQueue()
  readonly #scans = new Set<LmdbScan>()
  /** An iterator that is neither ended nor read to its end must not keep its snapshot for ever. */
  readonly #forgotten = new FinalizationRegistry((scan: LmdbScan) => {
    if (!isTerminating()) scan.end()
  })
  #closed = false

  constructor(directory: string, environment: LmdbEnvironment, options: LmdbStoreOptions) {
    this.#directory = directory
    this.#environment = environment
    this.#mapSizeBytes = options.mapSizeBytes
    this.#spaces = new LmdbSpaces(environment)
    this.#readOnly = options.readOnly === true
    const prepares = !this.#readOnly && options.preparedStream !== false
    this.#stream = prepares ? InstructionStream.open(environment) : undefined
  }

  spaces(): readonly string[] {
    this.#checkOpen()
    return this.#spaces.names()
  }

  get(space: string, key: Uint8Array): Uint8Array | undefined {
    this.#checkOpen()
    const database = this.#spaces.get(space)
    if (!database) return undefined
    const stored = toLmdbKey(key)
    const row = unterminated(() => this.#read(database, stored.key))
    if (!stored.hashed || row === undefined) return row
    const [ownKey, value] = splitKey(row)
    return Buffer.compare(ownKey, key) === 0 ? value : undefined
  }

  size(space: string): SpaceSize {
    this.#checkOpen()
    return unterminated(() => this.#spaces.size(space))
  }

  range(space: string, options: RangeOptions = {}): IterableIterator<Row> {
    this.#checkOpen()
    const database = this.#spaces.get(space)
    if (!database) return [][Symbol.iterator]()
    const owner = {
      ended: (ended: LmdbScan) => this.#scans.delete(ended),
      readError: (error: unknown) => unreadable(this.#directory, error),
    }
    const scan = unterminated(() => new LmdbScan(space, database, options, owner))
    this.#scans.add(scan)
    const rows = new LmdbRows(scan)
    if (scan.isOpen) this.#forgotten.register(rows, scan)
    return rows
  }

  write(rows: readonly SpaceRows[]): Promise<void> {
    return this.#writes.run(async () => {
      if (this.#readOnly) throw new StreamsError('internal', `${this.#directory} is open for reading only`)
      const bytes = rows.reduce((sum, { rows: packed }) => sum + packed.length, 0)
      unterminated(() => this.#checkRoom(bytes))
      try {
        const batches = rows.map((batch) => ({
          database: unterminated(() => this.#spaces.getOrMake(batch.space)),
          rows: batch.rows,
        }))
        if (!(await this.#stream?.write(batches))) await this.#writeBatch(batches)
      } catch (error) {
        const free = statfsSync(this.#directory)
        throw await writeError(this.#directory, error, bytes, free.bavail * free.bsize)
      }
    })
  }

  drop(spaces: readonly string[]): Promise<void> {
    return this.#writes.run(() => {
      for (const scan of [...this.#scans]) if (spaces.includes(scan.space)) scan.keepRest()
      for (const space of spaces) unterminated(() => this.#spaces.drop(space))
    })
  }

  sync(): Promise<void> {
    return this.#writes.run(
      () =>
        new Promise((resolve, reject) => {
          unterminated(() => this.#environment.sync((error) => (error ? reject(error) : resolve())))
        }),
    )
  }

  async close(): Promise<void> {
    if (this.#closed) return
    await this.#writes.close()
    if (this.#closed) return
    this.#closed = true
    // Closing the environment under an open cursor would end the process.
    for (const scan of [...this.#scans]) scan.close()
    await unterminated(() => this.#environment.close())
  }

  #read(database: LmdbDatabase, key: Uint8Array): Uint8Array | undefined {
    try {
      const found = database.getBinaryFast(key)
      return found && new Uint8Array(found.subarray(0, database.lastSize))
    } catch (error) {
      throw unreadable(this.#directory, error)
    }
  }

  async #writeBatch(batches: readonly DatabaseRows[]): Promise<void> {
    if (batches.every(({ rows }) => rows.length === 0)) return
    await unterminated(() =>
      this.#environment.batch(() => {
        for (const { database, rows } of batches) forEachRow(rows, (key, value) => put(database, key, value))
      }),
    )
    unterminated(() => this.#environment.resetReadTxn())
  }

  /** lmdb-js lets the map grow past its size, so the limit is held here. */
  #checkRoom(bytes: number): void {
    const filePages = this.#environment.env.info().lastPageNumber + 1
    if (filePages * pageSize + bytes <= this.#mapSizeBytes) return
    if (this.#spaces.countPages() * pageSize + bytes > this.#mapSizeBytes)
      throw new StreamsError(
        'state-full',
        `${this.#directory}: ${bytes} bytes of rows do not fit a map of ${this.#mapSizeBytes} bytes`,
        { details: { directory: this.#directory, bytes, mapSizeBytes: this.#mapSizeBytes } },
      )
  }

  #checkOpen(): void {
    if (this.#closed) throw storeClosed()
  }
}

function put(database: LmdbDatabase, key: Uint8Array, value: Uint8Array | null): void {
  const stored = toLmdbKey(key)
  if (value) database.put(stored.key, stored.hashed ? withKey(key, value) : value)
  else database.remove(stored.key)
}
