import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import type { HookEvents } from '../../src/core/hooks.ts'
import type { InstanceCommand, InstanceEvent, InstanceStart } from './messages.ts'

const defaultLimitMs = 180_000
const keptLogLength = 4000

/** A process of an application as the benchmark sees it: all that it told is at hand. */
export class Instance {
  readonly name: string
  readonly #child: ChildProcess
  readonly #news = new EventEmitter()
  readonly #ended: Promise<void>
  readonly #heard: InstanceEvent[] = []
  #alive = true
  #log = ''

  constructor(name: string, start: InstanceStart) {
    this.name = name
    // Structured cloning: among the facts are errors.
    this.#child = fork(join(import.meta.dirname, 'program.js'), [JSON.stringify(start)], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const kill = (): void => void this.#child.kill('SIGKILL')
    process.once('exit', kill)
    this.#news.setMaxListeners(0)
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (data) => {
        this.#log = `${this.#log}${data}`.slice(-keptLogLength)
      })
    this.#child.on('message', (event: InstanceEvent) => {
      this.#heard.push(event)
      this.#news.emit('news')
    })
    this.#ended = once(this.#child, 'close').then(() => {
      process.removeListener('exit', kill)
      this.#alive = false
      this.#news.emit('news')
    })
  }

  /** What it told of one kind, in order, from a time on. */
  heard<E extends keyof HookEvents>(event: E, since = 0): readonly InstanceEvent<E>[] {
    return this.#heard.filter((heard) => heard.event === event && heard.at >= since) as InstanceEvent<E>[]
  }

  get running(): boolean {
    return this.heard('state').at(-1)?.facts.to === 'RUNNING'
  }

  /** Since when it has been RUNNING for the first time. */
  get runningSince(): InstanceEvent<'state'> | undefined {
    return this.heard('state').find(({ facts }) => facts.to === 'RUNNING')
  }

  /** Tasks that its threads have been assigned, by name. */
  get tasks(): readonly string[] {
    return [...this.tasksByThread.values()].flat()
  }

  get tasksByThread(): ReadonlyMap<string, readonly string[]> {
    return new Map(this.heard('tasks').map(({ facts: { thread, assigned } }) => [thread, assigned]))
  }

  get standbys(): readonly string[] {
    return this.heard('tasks').at(-1)?.facts.standby ?? []
  }

  /** Records committed. */
  get records(): number {
    return this.heard('committed').reduce((sum, { facts }) => sum + facts.records, 0)
  }

  /** Waits until what it told makes `condition` true. @throws Error if it ends before, or after `limitMs`. */
  async until(what: string, condition: () => boolean, limitMs = defaultLimitMs): Promise<void> {
    const signal = AbortSignal.timeout(limitMs)
    while (!condition()) {
      if (!this.#alive) throw new Error(`instance ${this.name} ended before ${what}\n${this.#log}`)
      try {
        await once(this.#news, 'news', { signal })
      } catch {
        throw new Error(`instance ${this.name}: not within ${limitMs / 1000} s: ${what}\n${this.#log}`)
      }
    }
  }

  resume(): void {
    this.#tell('resume')
  }

  /** @throws Error if it does not end cleanly. */
  async close(): Promise<void> {
    this.#tell('close')
    const limit = setTimeout(() => this.#child.kill('SIGKILL'), defaultLimitMs)
    await this.#ended
    clearTimeout(limit)
    if (this.#child.exitCode !== 0) throw new Error(`instance ${this.name} did not close\n${this.#log}`)
  }

  /** By SIGKILL, unless it has ended. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  #tell(command: InstanceCommand): void {
    this.#child.send(command)
  }
}

/** Waits for a condition on several. @throws as `Instance.until` */
export async function allUntil(
  instances: readonly Instance[],
  what: string,
  condition: () => boolean,
  limitMs?: number,
): Promise<void> {
  // Whichever told the last that was missing ends it.
  await Promise.race(instances.map((instance) => instance.until(what, condition, limitMs)))
}
