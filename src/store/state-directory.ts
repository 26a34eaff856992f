import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from './durable-file.ts'
import { openLmdbStore } from './lmdb-store.ts'
import { ProcessLock } from './process-lock.ts'
import { ownerName, type StateOwner } from './state-owner.ts'
import { readOffsetSum } from './task-marks.ts'

export interface StateDirectoryOptions {
  readonly stateDir: string
  readonly applicationId: string
  /** How the rows of a task are opened: LMDB, if not given. A simulation puts a disk in between that fails. */
  readonly openRows?: OpenRows
}

export type OpenRows = typeof openLmdbStore

const processFile = 'kafka-streams-process-metadata'
const lockFile = '.lock'
/** Older ones are removed. */
const keptAside = 2

/**
 * The local state of one process of an application, held by a lock:
 *
 *     <stateDir>/<application id>/kafka-streams-process-metadata   the process id, as Java keeps it
 *     <stateDir>/<application id>/.lock                            which process holds the directory
 *     <stateDir>/<application id>/group-members.json               members of the group that the process has
 *     <stateDir>/<application id>/<subtopology>_<partition>/       one task's LMDB environment
 *     <stateDir>/<application id>/<task>/stores/<store>/           files of a custom store, or of an engine, while it is open
 *     <stateDir>/<application id>/global/                          that of the global stores
 *     <stateDir>/<application id>/<task>.set-aside-<n>/            state that could not be used, and reason.txt
 */
export class StateDirectory {
  /** `<stateDir>/<application id>`. */
  readonly path: string
  /** UUID that stays the same when the application is started again on this directory. */
  readonly processId: string
  readonly openRows: OpenRows
  /** Undefined in a worker thread: the main thread has it. */
  readonly #lock: ProcessLock | undefined

  private constructor(path: string, lock: ProcessLock | undefined, openRows: OpenRows) {
    this.path = path
    this.openRows = openRows
    this.#lock = lock
    this.processId = readProcessId(join(path, processFile))
  }

  /** @throws StreamsError `state-locked` when another process, or another application in this one, holds it. */
  static async open(options: StateDirectoryOptions): Promise<StateDirectory> {
    const { stateDir, applicationId, openRows = openLmdbStore } = options
    const path = join(stateDir, applicationId)
    mkdirSync(path, { recursive: true })
    const lock = ProcessLock.take(join(path, lockFile))
    try {
      return new StateDirectory(path, lock, openRows)
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** For a worker thread of the process that has opened it. */
  static share({ stateDir, applicationId }: StateDirectoryOptions): StateDirectory {
    return new StateDirectory(join(stateDir, applicationId), undefined, openLmdbStore)
  }

  taskDirectory(task: StateOwner): string {
    return join(this.path, ownerName(task))
  }

  /** Tasks that left state here, by name, and how many changelog records it covers: for placing tasks, no more. */
  localTasks(): ReadonlyMap<string, number> {
    const tasks = readdirSync(this.path).filter((name) => /^\d+_\d+$/.test(name))
    return new Map(
      tasks.flatMap((name) => {
        const covered = readOffsetSum(join(this.path, name))
        return covered === undefined ? [] : [[name, covered] as const]
      }),
    )
  }

  /**
   * Moves a task's state out of the way, with the reason beside it; its store must be closed.
   * @returns where it went.
   */
  setAside(task: StateOwner, reason: string): string {
    const old = this.#setAside(task)
    for (const n of old.slice(0, Math.max(0, old.length + 1 - keptAside)))
      rmSync(this.#asidePath(task, n), { recursive: true, force: true })
    const path = this.#asidePath(task, (old.at(-1) ?? 0) + 1)
    renameSync(this.taskDirectory(task), path)
    writeFileSync(join(path, 'reason.txt'), `${reason}\n`)
    return path
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lock?.release()
  }

  #asidePath(task: StateOwner, n: number): string {
    return `${this.taskDirectory(task)}.set-aside-${n}`
  }

  #setAside(task: StateOwner): number[] {
    const prefix = `${ownerName(task)}.set-aside-`
    return readdirSync(this.path)
      .filter((name) => name.startsWith(prefix))
      .map((name) => Number(name.slice(prefix.length)))
      .filter(Number.isSafeInteger)
      .sort((a, b) => a - b)
  }
}

/** A file that cannot be read is replaced, as in Java: the process is then a new member of the group. */
function readProcessId(path: string): string {
  const known = existsSync(path) ? parseProcessId(readFileSync(path, 'utf8')) : undefined
  if (known) return known
  const processId = randomUUID()
  writeDurably(path, JSON.stringify({ processId }))
  return processId
}

function parseProcessId(text: string): string | undefined {
  try {
    const { processId } = JSON.parse(text) as { readonly processId?: unknown }
    return typeof processId === 'string' && uuid.test(processId) ? processId : undefined
  } catch {
    return undefined
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
