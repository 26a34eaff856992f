import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, Producer } from '../../src/client/client.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { type Click, ClickGenerator } from './clicks.ts'
import { userClicks } from './job.ts'
import {
  type Customer,
  customers,
  maxPaidBytes,
  type Order,
  orders,
  type Payment,
  payments,
  pipelinePartitions,
  userVisits,
} from './pipeline.ts'
import { Random } from './random.ts'
import { type KeyedRecord, sendRecords } from './send-records.ts'

const chunk = { clicks: 20, visits: 8, orders: 4 }
const pauseMs = 20
const maxPendingBytes = 256 * 1024
export const customerCount = 30
/**
 * Of records, which are no older than that: a broker that starts anew takes producers for expired whose last batch has
 * old times (producer.id.expiration.ms), and then does not know what is sent twice.
 */
const startMs = Date.now()
/** Of event time. */
const visitsPerSecond = 2

export const poisonPrefix = 'poison-'

/**
 * Writes to the input topics at a steady pace. Most clicks are written plainly, some in transactions between these, of
 * which some are aborted.
 */
export class Feeder {
  readonly #clicks: ClickGenerator
  readonly #visits: ClickGenerator
  readonly #random: Random
  readonly #plain: Producer
  readonly #transactional: Producer
  #stopping = new AbortController()
  #ended: Promise<void> = Promise.resolve()
  #running = false
  readonly #transactions: boolean
  #orders = 0
  #poisonsMade = 0
  /** Ids of the clicks that must count, and of the visits. */
  readonly clicks: Set<number> = new Set()
  readonly visits: Set<number> = new Set()
  readonly orders: Map<string, Order> = new Map()
  aborted = 0
  /** It has ended by itself. */
  failure: unknown
  /** How many of the next orders are to be too large, once joined. */
  largeOrders = 0
  /** Of the other orders' notes: makes states grow. */
  noteBytes = 0
  /** How many of the next clicks and orders are to be followed by bytes that no serde can read. */
  poisons = 0

  /** @param transactions whether some clicks are to be in transactions */
  constructor(client: Client, seed: number, transactions: boolean) {
    this.#transactions = transactions
    this.#clicks = new ClickGenerator(seed)
    this.#visits = new ClickGenerator(seed + 7, visitsPerSecond)
    this.#random = new Random(seed + 1)
    this.#plain = client.producer({ transactionTimeoutMs: 60_000 })
    this.#transactional = client.producer({ transactionalId: 'crash-feeder', transactionTimeoutMs: 60_000 })
  }

  /** The table that is to be complete before orders come. */
  async sendCustomers(): Promise<void> {
    await Promise.all([this.#plain.init(), this.#transactional.init()])
    const records = Array.from({ length: customerCount }, (_, i) =>
      jsonRecord(`customer${i}`, { name: `Customer ${i}` } satisfies Customer, startMs - 1000),
    )
    sendRecords(this.#plain, customers.name, records, { partitions: pipelinePartitions })
    await this.#plain.flush()
  }

  /** Begins, or goes on after `pause`. */
  start(): void {
    if (this.#running) return
    this.#running = true
    this.#stopping = new AbortController()
    this.#ended = this.#run(this.#stopping.signal)
    this.#ended.catch((error: unknown) => {
      this.failure = error
    })
  }

  /** Resolves when all that was sent is acknowledged. */
  async pause(): Promise<void> {
    this.#running = false
    this.#stopping.abort()
    await this.#ended
  }

  async stop(): Promise<void> {
    await this.pause()
    await Promise.all([this.#plain.close(), this.#transactional.close()])
  }

  async #run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      if (this.#transactions && this.#random.chance(0.05)) await this.#runTransaction()
      else this.#note(this.#sendClicks(this.#plain, false))
      this.#sendVisits()
      this.#sendOrders()
      await this.#plain.drain(maxPendingBytes)
      await sleep(pauseMs)
    }
    await this.#plain.flush()
  }

  /** Plain clicks lie between those of the transaction: readers must not get them before it ends. */
  async #runTransaction(): Promise<void> {
    const ids: number[] = []
    for (let chunks = this.#random.int(1, 4); chunks > 0; chunks--) {
      ids.push(...this.#sendClicks(this.#transactional, true))
      this.#note(this.#sendClicks(this.#plain, false))
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
    for (const id of ids) this.clicks.add(id)
  }

  /** @returns the ids of the clicks sent. */
  #sendClicks(producer: Producer, transactional: boolean): number[] {
    const made = Array.from({ length: chunk.clicks }, () => this.#clicks.next())
    const records = made.map(({ click }) => clickRecord(click))
    if (!transactional && this.#poisonDue) records.push(this.#poison(records[0]!))
    sendRecords(producer, userClicks.name, records, { partitions: pipelinePartitions, transactional })
    return made.map(({ id }) => id)
  }

  #sendVisits(): void {
    const made = Array.from({ length: chunk.visits }, () => this.#visits.next())
    const records = made.map(({ click }) => clickRecord(click))
    sendRecords(this.#plain, userVisits.name, records, { partitions: pipelinePartitions })
    for (const { id } of made) this.visits.add(id)
  }

  #sendOrders(): void {
    const sent: KeyedRecord[] = []
    const payed: KeyedRecord[] = []
    for (let i = 0; i < chunk.orders; i++) {
      const id = this.#orders++
      const large = this.largeOrders > 0
      if (large) this.largeOrders--
      const order: Order = {
        customer: `customer${this.#random.int(0, customerCount - 1)}`,
        amount: this.#random.int(1, 1000),
        note: 'x'.repeat(large ? maxPaidBytes * 2 : this.noteBytes),
      }
      this.orders.set(`order${id}`, order)
      sent.push(jsonRecord(`order${id}`, order, startMs + id))
      payed.push(jsonRecord(`order${id}`, { method: `m${id % 3}` } satisfies Payment, startMs + id + 1))
    }
    if (this.#poisonDue) sent.push(this.#poison(sent[0]!))
    sendRecords(this.#plain, orders.name, sent, { partitions: pipelinePartitions })
    sendRecords(this.#plain, payments.name, payed, { partitions: pipelinePartitions })
  }

  get #poisonDue(): boolean {
    return this.poisons > 0 && this.poisons-- > 0
  }

  #poison({ key, timestamp }: KeyedRecord): KeyedRecord {
    return { key, timestamp, value: utf8(`${poisonPrefix}${this.#poisonsMade++}`) }
  }
}

/** The record's own time is another than that of the event: taking it for the event's would show. */
function clickRecord(click: Click): KeyedRecord {
  return jsonRecord(click.userId, click, startMs)
}

function jsonRecord(key: string, value: object, timestamp: number): KeyedRecord {
  return { key: utf8(key), value: utf8(JSON.stringify(value)), timestamp }
}
