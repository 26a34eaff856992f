import type { Producer } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import { endTransaction } from './end-transaction.ts'
import type { ThreadContext } from './thread-context.ts'

/** A stream thread's transactional producer, and the one after it when it cannot go on. */
export class ThreadProducer {
  readonly #context: ThreadContext
  #current: Producer

  constructor(context: ThreadContext) {
    this.#context = context
    this.#current = this.#create()
  }

  get current(): Producer {
    return this.#current
  }

  init(): Promise<void> {
    return this.#context.taskTimeout.run('to begin transactions', () => this.#current.init())
  }

  /** Waits while too much waits for the broker's acknowledgement. @throws what keeps the producer from sending. */
  async admit(): Promise<void> {
    const { bufferMemory } = this.#context.options.producer
    if (this.#current.failure) throw this.#current.failure
    if (this.#current.pendingBytes > bufferMemory) await this.#current.drain(bufferMemory / 2)
  }

  /** Aborts what is open. */
  async abort(): Promise<void> {
    try {
      await this.#current.abort()
    } catch (error) {
      if (!StreamsError.is(error)) throw error
      // Another producer took this one's place, or its state is lost: a new one begins a new epoch.
      await this.#current.close()
      this.#current = this.#create()
      await this.init()
    }
  }

  /** Before the thread ends with an error. */
  end(): Promise<void> {
    return endTransaction(this.#current, this.#context)
  }

  close(): Promise<void> {
    return this.#current.close()
  }

  #create(): Producer {
    const { client, options, transactionalId } = this.#context
    return client.producer({ transactionalId, transactionTimeoutMs: options.transactionTimeoutMs })
  }
}
