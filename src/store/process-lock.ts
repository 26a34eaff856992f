import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { StreamsError } from '../core/errors.ts'
import { readBootId } from './boot-id.ts'

/** One process in the history of a machine. `startTime` is null where the system does not tell. */
export interface ProcessIdentity {
  readonly pid: number
  readonly startTime: string | null
  readonly bootId: string
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startTime: startTimeOf(process.pid), bootId: readBootId() }
}

/**
 * A lock file that says which process holds it. The lock of a process that is gone, also by a restart of the machine,
 * is taken over.
 */
export class ProcessLock {
  readonly #path: string
  readonly #text: string

  private constructor(path: string, text: string) {
    this.#path = path
    this.#text = text
  }

  /** @throws StreamsError `state-locked` naming the process that holds it. */
  static take(path: string, self: ProcessIdentity = thisProcess()): ProcessLock {
    const text = `${JSON.stringify(self)}\n`
    const mine = `${path}.${self.pid}.tmp`
    writeFileSync(mine, text)
    try {
      while (!linkIfNone(mine, path)) removeStale(path, self)
    } finally {
      rmSync(mine, { force: true })
    }
    return new ProcessLock(path, text)
  }

  release(): void {
    if (readIfThere(this.#path) === this.#text) rmSync(this.#path, { force: true })
  }
}

/** A link appears with its text in one step, and only if nothing is there. */
function linkIfNone(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

function removeStale(path: string, self: ProcessIdentity): void {
  const text = readIfThere(path)
  if (text === undefined) return
  const holder = parseIdentity(text)
  if (holder && isAlive(holder, self)) {
    throw new StreamsError('state-locked', `${path} is held by process ${holder.pid}`, {
      details: { path, pid: holder.pid },
    })
  }
  // Another process may have seen the same: it is moved away first, and put back if it was not the one judged.
  const aside = `${path}.${self.pid}.stale`
  if (!renameIfThere(path, aside)) return
  if (readIfThere(aside) !== text) linkIfNone(aside, path)
  rmSync(aside, { force: true })
}

function isAlive(holder: ProcessIdentity, self: ProcessIdentity): boolean {
  if (holder.bootId !== self.bootId) return false
  const startTime = startTimeOf(holder.pid)
  if (startTime !== null && holder.startTime !== null) return startTime === holder.startTime
  return hasProcess(holder.pid)
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

/** In clock ticks since boot: field 22 of /proc/<pid>/stat, counted after the name, which may hold anything. */
function startTimeOf(pid: number): string | null {
  const stat = readIfThere(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
}

function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const { pid, startTime, bootId } = JSON.parse(text) as Partial<ProcessIdentity>
    if (!Number.isSafeInteger(pid) || typeof bootId !== 'string') return undefined
    return { pid: pid!, startTime: typeof startTime === 'string' ? startTime : null, bootId }
  } catch {
    return undefined // cut off when the machine stopped
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // A process that ends while its entry is read answers ESRCH.
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return undefined
    throw error
  }
}

function renameIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
