import * as lmdb from 'lmdb'

/** The parts of lmdb-js 3.5.6 that the store uses; its own types leave out the internals of the prepared stream. */
export interface LmdbDatabase {
  readonly db: { readonly dbi?: number }
  /** Length of what `getBinaryFast` found last. */
  readonly lastSize: number
  /** A view valid until the next read. */
  getBinaryFast(key: Uint8Array): Uint8Array | undefined
  getRange(options: LmdbRangeOptions): Iterable<LmdbRow>
  put(key: Uint8Array, value: Uint8Array): unknown
  putSync(key: Uint8Array, value: Uint8Array): unknown
  remove(key: Uint8Array): unknown
  dropSync(): void
  getStats(): LmdbStats & { readonly free: LmdbStats }
}

export interface LmdbStats {
  readonly entryCount: number
  readonly treeBranchPageCount: number
  readonly treeLeafPageCount: number
  readonly overflowPages: number
}

export interface LmdbRow {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export interface LmdbRangeOptions {
  readonly start?: Uint8Array
  readonly end?: Uint8Array
  readonly inclusiveEnd?: boolean
  readonly reverse?: boolean
}

export interface LmdbEnvironment extends LmdbDatabase {
  readonly env: {
    info(): { readonly lastPageNumber: number }
    /** Internal: runs a stream of write instructions in one transaction on a thread of its own. */
    startWriting?(address: number, done: (status: number) => unknown): void
  }
  openDB(name: string, options: typeof binary): LmdbDatabase
  getKeys(): Iterable<Uint8Array>
  batch(write: () => void): Promise<boolean>
  /** Reads after it see the last commit. */
  resetReadTxn(): void
  sync(done: (error?: Error | null) => void): void
  close(): Promise<void>
}

const binary = { encoding: 'binary', keyEncoding: 'binary' } as const

export const pageSize = 4096
/** Longest key that lmdb-js takes with such pages. */
export const longestLmdbKey = 1978

export interface EnvironmentOptions {
  readonly mapSizeBytes: number
  readonly maxSpaces: number
  readonly readOnly?: boolean
}

export function openEnvironment(directory: string, options: EnvironmentOptions): LmdbEnvironment {
  return lmdb.open({
    ...binary,
    path: directory,
    noSubdir: false,
    pageSize,
    mapSize: options.mapSizeBytes,
    maxDbs: options.maxSpaces + 1,
    maxReaders: 1024,
    readOnly: options.readOnly ?? false,
    // Commits are not synced: a checkpoint must survive the process, and a changed boot id is told by the checkpoint.
    noSync: true,
    overlappingSync: false,
    noMemInit: true,
  }) as unknown as LmdbEnvironment
}

export function openDatabase(environment: LmdbEnvironment, name: string): LmdbDatabase {
  // Opening commits the current read transaction; one that an iterator still uses must be let go of first.
  environment.resetReadTxn()
  return environment.openDB(name, binary)
}

/** Address of a buffer outside the JavaScript heap; undefined when this lmdb does not offer it. */
export const bufferAddress: ((buffer: Buffer) => number) | undefined = (
  lmdb as { readonly nativeAddon?: { readonly getBufferAddress?: (buffer: Buffer) => number } }
).nativeAddon?.getBufferAddress
