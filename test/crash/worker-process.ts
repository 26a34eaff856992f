import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Blow, FatefulStep } from './fate.ts'
import { partitions } from './job.ts'
import type { Mutation } from './mutations.ts'
import type { Tally } from './tally.ts'
import { readTransactionFlags, removeTransactionFlags, type TransactionState } from './transaction-flag.ts'
import { waitedTooLong } from './until.ts'
import type {
  PositionReset,
  WindowName,
  WorkerCommand,
  WorkerError,
  WorkerEvent,
  WorkerJob,
  WorkerSettings,
} from './worker-messages.ts'

export interface WorkerOptions {
  readonly name: string
  readonly brokers: readonly string[]
  /** Holds its state directory, its log and its flag; kept over restarts. */
  readonly folder: string
  readonly mutation: Mutation | undefined
  readonly kernel: 'auto' | 'off'
  readonly tally: Tally
  /** The click count if not given. */
  readonly job?: WorkerJob
  /** Tasks of the whole job. */
  readonly tasks?: number
  readonly settings?: WorkerSettings
}

/** For one life of a worker. */
export interface StartOptions extends WorkerSettings {
  /** Largest size of a file that it may write (RLIMIT_FSIZE): beyond, a disk seems to be full. */
  readonly fileKiB?: number
  /** Ms. */
  readonly clockAhead?: number
}

const defaultLimitMs = 60_000

/** A worker that is started, killed and started again on the same state. What it told since its start is at hand. */
export class WorkerProcess {
  readonly name: string
  readonly #options: WorkerOptions
  readonly #news = new EventEmitter()
  #child: ChildProcess | undefined
  #closed: Promise<void> = Promise.resolve()
  /** What ended it, if a signal did. */
  #signal: NodeJS.Signals | null = null
  /** Names of the tasks that its threads were assigned last. */
  readonly #assigned = new Map<string, readonly string[]>()
  running = false
  commits = 0
  checkpoints = 0
  rebalances = 0
  aborts = 0
  threadFailures = 0
  /** Stores that it has begun to restore. */
  restorations = 0
  /** Oldest first. */
  resets: readonly PositionReset[] = []
  /** Why the application ended in ERROR. */
  error: WorkerError | undefined
  #answers: readonly (number | null)[] | undefined

  constructor(options: WorkerOptions) {
    this.name = options.name
    this.#options = options
    this.#news.setMaxListeners(50)
    mkdirSync(options.folder, { recursive: true })
  }

  start(start: StartOptions = {}): void {
    const { name, brokers, folder, mutation, kernel, job = 'clicks' } = this.#options
    const { fileKiB, clockAhead = 0, ...settings } = start
    const flags = {
      name,
      brokers: brokers.join(','),
      job,
      folder,
      mutation: mutation ?? '',
      kernel,
      'clock-ahead': String(clockAhead),
      settings: JSON.stringify({ ...this.#options.settings, ...settings }),
    }
    const program = join(import.meta.dirname, 'worker.js')
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)
    const command = [process.execPath, '--enable-source-maps', program, ...args]
    const limited = ['bash', '-c', `ulimit -f ${fileKiB}; exec "$0" "$@"`, ...command]
    const [executable, ...rest] = fileKiB === undefined ? command : limited
    mkdirSync(folder, { recursive: true })
    removeTransactionFlags(folder)
    const log = openSync(this.#logPath, 'a')
    const child = spawn(executable!, rest, { stdio: ['ignore', log, log, 'ipc'] })
    closeSync(log)
    this.#child = child
    const onExit = (): void => void child.kill('SIGKILL')
    process.once('exit', onExit)
    this.#signal = null
    this.#assigned.clear()
    this.running = false
    this.commits = 0
    this.checkpoints = 0
    this.rebalances = 0
    this.aborts = 0
    this.threadFailures = 0
    this.restorations = 0
    this.resets = []
    this.error = undefined
    child.on('message', (event: WorkerEvent) => this.#hear(event))
    this.#closed = once(child, 'close').then(() => {
      process.removeListener('exit', onExit)
      this.#child = undefined
      this.#signal = child.signalCode
      this.running = false
      this.#assigned.clear()
      this.#news.emit('news')
    })
  }

  get alive(): boolean {
    return this.#child !== undefined
  }

  /** Names of the tasks that the last rebalance gave it. */
  get assigned(): readonly string[] {
    return [...this.#assigned.values()].flat()
  }

  get stateDir(): string {
    return join(this.#options.folder, 'state')
  }

  /** It runs tasks, of which it has all. */
  get ownsAll(): boolean {
    return this.running && this.assigned.length === (this.#options.tasks ?? partitions)
  }

  /**
   * Waits until what the worker told makes `condition` true.
   * @throws Error if the worker ends by itself, or after `limitMs`, with the end of its log.
   */
  async until(what: string, condition: () => boolean, limitMs = defaultLimitMs): Promise<void> {
    const limit = AbortSignal.timeout(limitMs)
    while (!condition()) {
      if (!this.alive)
        throw new Error(`worker ${this.name} ended by itself, waiting until ${what}\n${this.logEnd()}`)
      try {
        await once(this.#news, 'news', { signal: limit })
      } catch {
        throw new Error(
          `worker ${this.name} ${this.#state()}: ${waitedTooLong} ${limitMs / 1000} s: ${what}\n${this.logEnd()}`,
        )
      }
    }
  }

  /** Waits for so many commits from now on. */
  async progress(commits: number): Promise<void> {
    const due = this.commits + commits
    await this.until(`${commits} more commits`, () => this.commits >= due)
  }

  /** @returns what its producer was doing when it died. */
  async kill(): Promise<TransactionState> {
    await this.#end('SIGKILL')
    return this.transaction
  }

  /** Lets it kill itself when it has done this step next. @returns as `kill`. */
  async dieAt(at: FatefulStep): Promise<TransactionState> {
    this.doom(at, 'kill')
    await this.until(`it has died at '${at}'`, () => this.#signal === 'SIGKILL')
    return this.transaction
  }

  /** Lets it, or the thread of it that is there first, be struck when it has done this step next. */
  doom(at: FatefulStep, by: Blow): void {
    this.#tell({ command: 'doom', at, by })
  }

  /** Waits until it ends by itself. @returns why it did. @throws Error unless it ends with an error, within `limitMs` */
  async failure(limitMs = defaultLimitMs): Promise<WorkerError> {
    const limit = AbortSignal.timeout(limitMs)
    while (this.alive) {
      await once(this.#news, 'news', { signal: limit }).catch(() => {
        throw new Error(
          `worker ${this.name} ${this.#state()} did not fail within ${limitMs / 1000} s\n${this.logEnd()}`,
        )
      })
    }
    if (this.error) return this.error
    throw new Error(`worker ${this.name} ended without an error (${this.#signal})\n${this.logEnd()}`)
  }

  /** Stops it as a virtual machine that is frozen. */
  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  /** @param aheadMs of the machine's wall clock */
  setClock(aheadMs: number): void {
    this.#tell({ command: 'clock', aheadMs })
  }

  /** Asks it to close as an application does. @throws Error if it ends otherwise. */
  async close(): Promise<void> {
    const child = this.#child
    if (!child) return
    this.#tell({ command: 'close' })
    const limit = setTimeout(() => child.kill('SIGKILL'), defaultLimitMs)
    await this.#closed
    clearTimeout(limit)
    if (child.exitCode !== 0)
      throw new Error(
        `worker ${this.name} did not close: ${child.exitCode ?? child.signalCode}\n${this.logEnd()}`,
      )
  }

  get transaction(): TransactionState {
    return readTransactionFlags(this.#options.folder)
  }

  /** @returns the store's counts, null where it has none. */
  async fetch(windows: readonly WindowName[]): Promise<readonly (number | null)[]> {
    this.#answers = undefined
    this.#tell({ command: 'fetch', windows })
    await this.until('its store has answered', () => this.#answers !== undefined)
    return this.#answers ?? []
  }

  logEnd(): string {
    return readFileSync(this.#logPath, 'utf8').slice(-3000)
  }

  get #logPath(): string {
    return join(this.#options.folder, 'worker.log')
  }

  #state(): string {
    return `(running ${this.running}, tasks ${this.assigned.join(' ') || 'none'}, ${this.commits} commits, transaction ${this.transaction})`
  }

  #tell(command: WorkerCommand): void {
    this.#child?.send(command)
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (!this.#child) throw new Error(`worker ${this.name} ended by itself\n${this.logEnd()}`)
    this.#child.kill(signal)
    await this.#closed
  }

  #hear(event: WorkerEvent): void {
    this.#options.tally.hear(this.name, event)
    switch (event.event) {
      case 'state':
        this.running = event.to === 'RUNNING'
        if (event.error) this.error = event.error
        break
      case 'tasks':
        this.#assigned.set(event.thread, event.assigned)
        this.rebalances++
        break
      case 'committed':
        this.commits++
        break
      case 'checkpointed':
        this.checkpoints++
        break
      case 'aborted':
        this.aborts++
        break
      case 'threadFailed':
        this.#assigned.delete(event.thread)
        this.threadFailures++
        break
      case 'restoring':
        this.restorations++
        break
      case 'positionReset':
        this.resets = [...this.resets, event.reset]
        break
      case 'answers':
        this.#answers = event.counts
        break
      case 'restored':
      case 'stateSetAside':
        break
    }
    this.#news.emit('news')
  }
}
