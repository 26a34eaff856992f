import type { Client, Producer } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { Headers } from '../core/record.ts'
import { createWasmKernel } from '../kernel/load.ts'
import type { RecordSender } from '../operator/context.ts'
import { CollectorSender } from './collector-sender.ts'
import { RecordCollector } from './record-collector.ts'

/** Rarely more than a few. */
const batchBytes = 16 * 1024

type Letter = Parameters<RecordSender['send']>

/**
 * The dead letters of global stores, which belong to no task and no transaction: an idempotent producer writes them, and
 * the store's offsets are kept when they are acknowledged. A crash in between writes some again. (Java 4.3.1 asks the
 * global context for a record collector, which it does not have, and dies.)
 */
export class GlobalLetters implements RecordSender {
  readonly #client: Client
  readonly #options: ResolvedOptions
  readonly #partitions = new Map<string, number>()
  readonly #waiting: Letter[] = []
  #opened: { readonly producer: Producer; readonly collector: RecordCollector } | undefined

  constructor(client: Client, options: ResolvedOptions) {
    this.#client = client
    this.#options = options
  }

  partitionsOf(topic: string): number {
    const partitions = this.#partitions.get(topic)
    if (partitions === undefined) throw new StreamsError('topic-missing', `no such topic: ${topic}`)
    return partitions
  }

  /** Nothing but dead letters comes here: a global store's processor has no children. */
  send(
    ...letter: [string, number | undefined, Uint8Array | null, Uint8Array | null, number, Headers, undefined]
  ): void {
    this.#waiting.push(letter)
  }

  /** Resolves when all are written. @throws StreamsError `topic-missing`, and what the producer meets. */
  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return
    await this.#findTopics()
    const { producer, collector } = await this.#open()
    const sender = new CollectorSender(collector, 0, (topic) => this.partitionsOf(topic))
    for (const letter of this.#waiting.splice(0)) sender.send(...letter)
    collector.flush()
    await producer.flush()
  }

  async close(): Promise<void> {
    await this.#opened?.producer.close()
  }

  async #findTopics(): Promise<void> {
    const unknown = new Set(
      this.#waiting.map(([topic]) => topic).filter((topic) => !this.#partitions.has(topic)),
    )
    if (unknown.size === 0) return
    const found = await this.#client.topics([...unknown])
    for (const { name, partitions } of found.values()) this.#partitions.set(name, partitions)
  }

  async #open(): Promise<{ readonly producer: Producer; readonly collector: RecordCollector }> {
    if (this.#opened) return this.#opened
    const { transactionTimeoutMs, maxRecordBytes } = this.#options
    const producer = this.#client.producer({ transactionTimeoutMs })
    await producer.init()
    const collector = new RecordCollector(createWasmKernel().writers, producer, {
      transactional: false,
      batchBytes,
      maxRecordBytes,
      notWritten: ({ error }) => {
        throw error
      },
    })
    this.#opened = { producer, collector }
    return this.#opened
  }
}
