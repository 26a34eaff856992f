import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FatefulStep } from './fate.ts'
import { partitions } from './job.ts'
import type { Mutation } from './mutations.ts'
import type { Tally } from './tally.ts'
import { readTransactionFlag, type TransactionState } from './transaction-flag.ts'
import type { WindowName, WorkerCommand, WorkerEvent } from './worker-messages.ts'

export interface WorkerOptions {
  readonly name: string
  readonly brokers: readonly string[]
  /** Holds its state directory, its log and its flag; kept over restarts. */
  readonly folder: string
  readonly mutation: Mutation | undefined
  readonly kernel: 'auto' | 'off'
  readonly tally: Tally
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
  /** Names of the tasks of the last rebalance. */
  assigned: readonly string[] = []
  running = false
  commits = 0
  checkpoints = 0
  rebalances = 0
  aborts = 0
  #answers: readonly (number | null)[] | undefined

  constructor(options: WorkerOptions) {
    this.name = options.name
    this.#options = options
    mkdirSync(options.folder, { recursive: true })
    process.once('exit', () => this.#child?.kill('SIGKILL'))
  }

  start(): void {
    const { name, brokers, folder, mutation, kernel } = this.#options
    const flags = {
      name,
      brokers: brokers.join(','),
      'state-dir': join(folder, 'state'),
      'transaction-flag': this.#flagPath,
      mutation: mutation ?? '',
      kernel,
    }
    const log = openSync(this.#logPath, 'a')
    const child = spawn(
      process.execPath,
      [
        '--enable-source-maps',
        join(import.meta.dirname, 'worker.js'),
        ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
      ],
      { stdio: ['ignore', log, log, 'ipc'] },
    )
    closeSync(log)
    this.#child = child
    this.#signal = null
    this.assigned = []
    this.running = false
    this.commits = 0
    this.checkpoints = 0
    this.rebalances = 0
    this.aborts = 0
    child.on('message', (event: WorkerEvent) => this.#hear(event))
    this.#closed = once(child, 'close').then(() => {
      this.#child = undefined
      this.#signal = child.signalCode
      this.running = false
      this.assigned = []
      this.#news.emit('news')
    })
  }

  get alive(): boolean {
    return this.#child !== undefined
  }

  /** It runs tasks, of which it has all. */
  get ownsAll(): boolean {
    return this.running && this.assigned.length === partitions
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
          `worker ${this.name} ${this.#state()}: not within ${limitMs / 1000} s: ${what}\n${this.logEnd()}`,
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

  /** Lets it kill itself in its next commit. @returns as `kill`. */
  async dieAt(at: FatefulStep): Promise<TransactionState> {
    this.#tell({ command: 'die', at })
    await this.until(`it has died at '${at}'`, () => this.#signal === 'SIGKILL')
    return this.transaction
  }

  /** Stops it as a virtual machine that is frozen. */
  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
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
    return readTransactionFlag(this.#flagPath)
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

  get #flagPath(): string {
    return join(this.#options.folder, 'transaction')
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
        break
      case 'tasks':
        this.assigned = event.assigned
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
