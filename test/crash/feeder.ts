import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, Producer } from '../../src/client/client.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { partitionFor } from '../../src/protocol/partitioner.ts'
import { encodeBatch, type RecordToEncode } from '../../src/protocol/record-batch/encode.ts'
import { type Click, ClickGenerator } from './clicks.ts'
import { partitions, userClicks } from './job.ts'
import { Random } from './random.ts'

const chunkClicks = 60
const pauseMs = 20
const maxPendingBytes = 256 * 1024

/**
 * Writes clicks to the input topic at a steady pace, most of them plainly, some in transactions between these, of
 * which some are aborted.
 */
export class Feeder {
  readonly #clicks: ClickGenerator
  readonly #random: Random
  readonly #plain: Producer
  readonly #transactional: Producer
  readonly #stopping = new AbortController()
  #ended: Promise<void> = Promise.resolve()
  /** Ids of the clicks that must count. */
  readonly committed = new Set<number>()
  aborted = 0

  constructor(client: Client, seed: number) {
    this.#clicks = new ClickGenerator(seed)
    this.#random = new Random(seed + 1)
    this.#plain = client.producer({ transactionTimeoutMs: 60_000 })
    this.#transactional = client.producer({ transactionalId: 'crash-feeder', transactionTimeoutMs: 60_000 })
  }

  async start(): Promise<void> {
    await Promise.all([this.#plain.init(), this.#transactional.init()])
    this.#ended = this.#run()
    // Whoever stops it is told of a failure.
    this.#ended.catch(() => {})
  }

  /** Resolves when all that was sent is acknowledged. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#ended
    await Promise.all([this.#plain.close(), this.#transactional.close()])
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      if (this.#random.chance(0.1)) await this.#runTransaction()
      else this.#note(this.#send(this.#plain, false))
      await this.#plain.drain(maxPendingBytes)
      await sleep(pauseMs)
    }
    await this.#plain.flush()
  }

  /** Plain clicks lie between those of the transaction: readers must not get them before it ends. */
  async #runTransaction(): Promise<void> {
    const ids: number[] = []
    for (let chunks = this.#random.int(1, 4); chunks > 0; chunks--) {
      ids.push(...this.#send(this.#transactional, true))
      this.#note(this.#send(this.#plain, false))
      await sleep(pauseMs)
    }
    if (this.#random.chance(0.5)) {
      await this.#transactional.commit()
      this.#note(ids)
    } else {
      await this.#transactional.flush()
      await this.#transactional.abort()
      this.aborted += ids.length
    }
  }

  #note(ids: readonly number[]): void {
    for (const id of ids) this.committed.add(id)
  }

  /** @returns the ids of the clicks sent. */
  #send(producer: Producer, transactional: boolean): number[] {
    const ids: number[] = []
    const byPartition = new Map<number, RecordToEncode[]>()
    for (let i = 0; i < chunkClicks; i++) {
      const { id, click } = this.#clicks.next()
      ids.push(id)
      const record = recordOf(click)
      const partition = partitionFor(record.key, partitions)
      const records = byPartition.get(partition)
      if (records) records.push(record)
      else byPartition.set(partition, [record])
    }
    for (const [partition, records] of byPartition) {
      const batch = encodeBatch(records, {
        producerId: producer.producerId,
        producerEpoch: producer.producerEpoch,
        sequence: producer.reserve(userClicks.name, partition, records.length),
        transactional,
      })
      const buffer = producer.buffer(batch.length)
      buffer.set(batch)
      producer.send(userClicks.name, partition, buffer)
    }
    return ids
  }
}

/** The record's own time is another than that of the event, so that taking it for the event's would show. */
function recordOf(click: Click): RecordToEncode & { readonly key: Uint8Array } {
  return {
    timestamp: click.timestamp * 1000 + 1_234_567,
    key: utf8(click.userId),
    value: utf8(JSON.stringify(click)),
  }
}
