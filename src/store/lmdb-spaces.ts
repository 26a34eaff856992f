import { StreamsError } from '../core/errors.ts'
import {
  type LmdbDatabase,
  type LmdbEnvironment,
  type LmdbStats,
  longestLmdbKey,
  openDatabase,
  pageSize,
} from './lmdb.ts'
import type { SpaceSize } from './store-size.ts'

/**
 * The spaces of one environment: a named database each. A space may have any name; a database has `s:` and the name
 * with every other character than letters, digits and `_ . / -` written as `%` and its UTF-16 code in four hex digits.
 */
export class LmdbSpaces {
  readonly #environment: LmdbEnvironment
  readonly #databases = new Map<string, LmdbDatabase>()

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment
    // lmdb-js keeps the names of databases with a zero byte at the end.
    const names = [...environment.getKeys()].map((key) =>
      Buffer.from(key).toString('latin1').replace(/\0$/, ''),
    )
    for (const name of names)
      if (name.startsWith('s:')) this.#databases.set(spaceName(name), openDatabase(environment, name))
  }

  names(): readonly string[] {
    return [...this.#databases.keys()]
  }

  get(space: string): LmdbDatabase | undefined {
    return this.#databases.get(space)
  }

  /** Pages in use: all of the file but the free ones. */
  countPages(): number {
    const { free, ...root } = this.#environment.getStats()
    let count = 2 + pageCount(free) + pageCount(root)
    for (const database of this.#databases.values()) count += pageCount(database.getStats())
    return count
  }

  size(space: string): SpaceSize {
    const stats = this.#databases.get(space)?.getStats()
    return stats ? { rows: stats.entryCount, bytes: pageCount(stats) * pageSize } : { rows: 0, bytes: 0 }
  }

  /** Only between writes. */
  getOrMake(space: string): LmdbDatabase {
    const known = this.#databases.get(space)
    if (known) return known
    const database = openDatabase(this.#environment, databaseName(space))
    this.#databases.set(space, database)
    return database
  }

  /** Only between writes, and when no cursor is open on it. */
  drop(space: string): void {
    this.#databases.get(space)?.dropSync()
    this.#databases.delete(space)
  }
}

function pageCount(stats: LmdbStats): number {
  return stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages
}

function databaseName(space: string): string {
  const name = `s:${space.replace(/[^\w./-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}`
  if (name.length <= longestLmdbKey) return name
  throw new StreamsError('internal', `the space '${space.slice(0, 40)}...' has too long a name`)
}

function spaceName(database: string): string {
  return database
    .slice(2)
    .replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}
