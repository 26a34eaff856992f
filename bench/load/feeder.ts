import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../src/client/client.ts'
import { now } from '../cluster/now.ts'
import { clickValue, randomInts, userKey } from './clicks.ts'
import { TopicWriter } from './topic-writer.ts'

export interface FeederOptions {
  readonly topic: string
  readonly recordsPerSecond: number
  readonly keys: number
}

/** Between two sends, ms. */
const tickMs = 5

/** Writes clicks at a steady pace, each with the time at which it is sent. */
export class Feeder implements AsyncDisposable {
  readonly #options: FeederOptions
  readonly #writer: TopicWriter
  readonly #stopping = new AbortController()
  readonly #random: () => number = randomInts()
  #ended: Promise<void> = Promise.resolve()
  #sent = 0

  private constructor(writer: TopicWriter, options: FeederOptions) {
    this.#writer = writer
    this.#options = options
  }

  static async start(client: Client, options: FeederOptions): Promise<Feeder> {
    const feeder = new Feeder(await new TopicWriter(client, options.topic).init(), options)
    feeder.#ended = feeder.#run()
    // Whoever stops it is told of a failure.
    feeder.#ended.catch(() => {})
    return feeder
  }

  get sent(): number {
    return this.#sent
  }

  /** Resolves when all that was sent is in the log. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    await this.#ended
    await this.#writer[Symbol.asyncDispose]()
  }

  async #run(): Promise<void> {
    const start = now()
    while (!this.#stopping.signal.aborted) {
      const due = Math.floor(((now() - start) / 1000) * this.#options.recordsPerSecond)
      while (this.#sent < due) this.#add()
      this.#writer.send()
      if (this.#writer.crowded) await this.#writer.drain()
      await sleep(tickMs)
    }
    await this.#writer.flush()
  }

  #add(): void {
    const user = this.#random() % this.#options.keys
    const timestamp = Math.floor(now())
    this.#writer.add(timestamp, userKey(user), clickValue(user, this.#sent++, Math.floor(timestamp / 1000)))
  }
}
