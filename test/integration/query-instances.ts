import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { repositoryRoot } from '../broker/repository-root.ts'
import type { Asked, FromInstance, InstanceStart, ToInstance } from './threads/query-messages.ts'

/** An instance in a process of its own, as a test sees it. */
export class QueryInstance {
  readonly #child: ChildProcess
  readonly #answers = new Map<number, (message: FromInstance) => void>()
  readonly running: Promise<void>
  readonly gone: Promise<unknown>
  #last = 0
  #log = ''

  constructor(start: InstanceStart) {
    const program = join(repositoryRoot, 'build/test/integration/threads/query-instance.js')
    this.#child = spawn(process.execPath, ['--enable-source-maps', program, JSON.stringify(start)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#log = (this.#log + chunk.toString()).slice(-4000)
      })
    this.gone = once(this.#child, 'exit')
    this.running = new Promise((resolve, reject) => {
      this.#child.on('message', (message: FromInstance) => {
        if (message.kind === 'running') resolve()
        else this.#answers.get(message.id)?.(message)
      })
      void this.gone.then(() => reject(new Error(`an instance ended before it ran: ${this.#log}`)))
    })
    this.running.catch(() => {})
    onTestFinished(() => this.kill())
  }

  ask<T>(asked: Asked): Promise<T> {
    const id = ++this.#last
    const answer = new Promise<T>((resolve, reject) => {
      this.#answers.set(id, (message) => {
        this.#answers.delete(id)
        if (message.kind === 'answer') resolve(message.value as T)
        else if (message.kind === 'failed') reject(new Error(`${asked.kind}: ${message.error}\n${this.#log}`))
      })
      void this.gone.then(() => reject(new Error(`the instance is gone: ${this.#log}`)))
    })
    this.#child.send({ ...asked, id })
    return answer
  }

  /** @returns its exit code. */
  async close(): Promise<unknown> {
    this.#child.send({ kind: 'close' } satisfies ToInstance)
    await this.gone
    return this.#child.exitCode
  }

  /** kill -9 */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.gone
  }
}
