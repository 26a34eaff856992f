import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface JavaProcessOptions {
  /** The folder of its jars. */
  readonly jars: string
  /** Its own folder, for its log; goes with it. */
  readonly folder: string
  readonly flags: readonly string[]
}

const quickStart: readonly string[] = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const markerManager = 'kafka.coordinator.transaction.TransactionMarkerChannelManager'
const logLevels: readonly string[] = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  `-Dorg.slf4j.simpleLogger.log.${markerManager}=info`,
]

/**
 * @param heap Java's maximum heap
 * @param optimize lets Java optimize fully, which costs a slower start
 */
export function javaFlags(heap: string, optimize = false): readonly string[] {
  return [`-Xmx${heap}`, ...(optimize ? [] : quickStart)]
}

/** Programs of Apache Kafka, one at a time, that share a folder and a log. None of them outlives this process. */
export class JavaProcess {
  readonly folder: string
  readonly #jars: string
  readonly #flags: readonly string[]
  #java: ChildProcess | undefined
  #exited: Promise<void> = Promise.resolve()
  #stopGuard: () => void = () => {}

  constructor({ jars, folder, flags }: JavaProcessOptions) {
    this.#jars = jars
    this.folder = folder
    this.#flags = flags
    process.once('exit', this.#onExit)
  }

  readonly #onExit = (): void => {
    this.#java?.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** 0 while nothing runs. */
  get pid(): number {
    return this.#java?.pid ?? 0
  }

  get log(): string {
    return readFileSync(join(this.folder, 'kafka.log'), 'utf8')
  }

  /** Transactions whose markers a broker gave up, as its log says. */
  get skippedMarkers(): number {
    return this.log.split('while trying to send transaction markers for').length - 1
  }

  /** Runs a program that ends by itself. */
  async run(main: string, args: readonly string[]): Promise<void> {
    this.start(main, args)
    await this.#exited
  }

  start(main: string, args: readonly string[]): void {
    const log = createWriteStream(join(this.folder, 'kafka.log'), { flags: 'a' })
    const java = spawn('java', [...this.#flags, ...logLevels, '-cp', join(this.#jars, '*'), main, ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    java.stdout.pipe(log, { end: false })
    java.stderr.pipe(log, { end: false })
    this.#java = java
    this.#stopGuard = guard(java.pid!, this.folder)
    this.#exited = new Promise((resolve) => {
      java.once('close', () => {
        this.#stopGuard()
        this.#java = undefined
        log.end(resolve)
      })
    })
  }

  /** Waits for what shows that it runs. @returns false if the process ended instead. */
  async ready(shows: () => Promise<boolean>): Promise<boolean> {
    for (let attempt = 0; attempt < 600; attempt++) {
      if (await shows()) return true
      if (!this.#java) return false
      await sleep(50)
    }
    throw this.notStarted()
  }

  notStarted(): Error {
    return new Error(`Kafka did not start:\n${this.log.slice(-4000)}`)
  }

  /** Resolves when the process is gone (or, for SIGSTOP and SIGCONT, when the signal is sent). */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#java?.kill(signal)
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await this.#exited
  }

  /** Kills it and removes its folder. */
  async dispose(): Promise<void> {
    await this.kill()
    process.removeListener('exit', this.#onExit)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A shell that outlives this process just long enough to clean up: the pipe closes however the process ends. */
function guard(pid: number, folder: string): () => void {
  const cleanUp = 'cat; kill -9 "$0"; sleep 1; rm -rf "$1"'
  const shell = spawn('sh', ['-c', cleanUp, `${pid}`, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  return () => shell.kill('SIGKILL')
}
