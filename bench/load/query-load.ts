import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../cluster/now.ts'
import { randomInts } from './clicks.ts'

export interface QueryLoadOptions {
  readonly port: number
  /** The path of one of so many keys. */
  readonly path: (key: number) => string
  readonly keys: number
  readonly connections: number
  /** Of all connections together; absent: each asks as soon as it is answered. */
  readonly perSecond?: number
}

export interface QueryFigures {
  readonly perSecond: number
  /** Ms, of each answer. */
  readonly latencies: readonly number[]
}

/** Asks for keys at random over kept connections, until it is stopped. Whatever is not answered 200 or 404 is an error. */
export class QueryLoad {
  readonly #options: QueryLoadOptions
  readonly #agent: Agent
  readonly #random: () => number = randomInts()
  readonly #latencies: number[] = []
  readonly #start: number = now()
  readonly #ended: Promise<unknown>
  #stopped = false

  constructor(options: QueryLoadOptions) {
    this.#options = options
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.connections })
    this.#ended = Promise.all(Array.from({ length: options.connections }, (_, i) => this.#ask(i)))
    // Whoever stops it is told of a failure.
    this.#ended.catch(() => {})
  }

  async stop(): Promise<QueryFigures> {
    this.#stopped = true
    const ms = now() - this.#start
    await this.#ended
    this.#agent.destroy()
    return { perSecond: this.#latencies.length / (ms / 1000), latencies: this.#latencies }
  }

  async #ask(connection: number): Promise<void> {
    const { connections, perSecond, keys, path } = this.#options
    const everyMs = perSecond === undefined ? 0 : (1000 * connections) / perSecond
    for (let due = this.#start + (everyMs * connection) / connections; !this.#stopped; due += everyMs) {
      if (due > now()) await sleep(due - now())
      const begin = now()
      await this.#one(path(this.#random() % keys))
      this.#latencies.push(now() - begin)
    }
  }

  #one(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, host: '127.0.0.1', port: this.#options.port, path }
      get(options, (response) => {
        const { statusCode } = response
        response.resume()
        response.once('end', () => {
          if (statusCode === 200 || statusCode === 404) resolve()
          else reject(new Error(`${path} was answered with status ${statusCode}`))
        })
      }).once('error', reject)
    })
  }
}
