import type { EmbeddedCluster } from '../../src/client/embedded/cluster.ts'
import type { TransactionalIdentity } from '../../src/client/embedded/transaction-coordinator.ts'
import { StreamsError } from '../../src/core/errors.ts'
import type { TopicPartition } from '../../src/core/topic-partition.ts'
import { partitionFor } from '../../src/protocol/partitioner.ts'
import { encodeBatch, noProducer } from '../../src/protocol/record-batch/encode.ts'
import type { Random } from '../crash/random.ts'
import type { Actor, Scheduler } from './scheduler.ts'
import type { Settings } from './settings.ts'
import type { InputRecord, Workload } from './workload/workload.ts'

export interface InputParts {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly cluster: EmbeddedCluster
  readonly workloads: readonly Workload[]
  readonly settings: Settings
}

/** A transaction of the input under way. */
interface Open {
  readonly producer: TransactionalIdentity
  readonly sequences: Map<string, number>
}

/** Writes the input, most of it plainly, some of it in transactions, of which some are aborted. */
export class Input implements Actor {
  readonly name = 'input'
  readonly frozenUntil = 0
  readonly death: undefined
  readonly #parts: InputParts
  readonly #open: Open[] = []
  #left: number
  #transactions = 0
  records = 0
  aborted = 0

  constructor(parts: InputParts) {
    this.#parts = parts
    this.#left = parts.settings.inputBatches
  }

  start(): void {
    this.#later()
  }

  get ended(): boolean {
    return this.#left === 0 && this.#open.length === 0
  }

  #later(): void {
    const { scheduler, random } = this.#parts
    scheduler.after(this, 'input', random.int(0, random.chance(0.1) ? 800 : 120), () => this.#go())
  }

  #go(): void {
    const { random } = this.#parts
    const kind = random.next()
    if (this.#open.length > 0 && (kind < 0.2 || this.#left === 0)) this.#end(this.#open.shift()!)
    else if (this.#left > 0) {
      this.#left--
      if (kind < 0.4) this.#write(this.#open.length > 1 ? random.pick(this.#open) : this.#begin())
      else this.#write(undefined)
    }
    if (!this.ended) this.#later()
  }

  #begin(): Open {
    const { cluster } = this.#parts
    const transactionalId = `input-${++this.#transactions}`
    const identity = cluster.handle(({ transactions }) => transactions.initProducer(transactionalId, 60_000))
    const open = { producer: { transactionalId, ...identity }, sequences: new Map<string, number>() }
    this.#open.push(open)
    return open
  }

  #write(transaction: Open | undefined): void {
    const { random, workloads, cluster, scheduler, settings } = this.#parts
    const workload = random.pick(workloads)
    const batches = new Map<string, { readonly to: TopicPartition; readonly records: InputRecord[] }>()
    for (let n = random.int(1, 4); n > 0; n--) {
      const record = workload.next(random, settings)
      const partitions = cluster.topics.describe(record.topic)?.partitions ?? 1
      const to = { topic: record.topic, partition: partitionFor(record.key, partitions) }
      const name = `${to.topic}-${to.partition}`
      const batch = batches.get(name) ?? { to, records: [] }
      batches.set(name, batch)
      batch.records.push(record)
    }
    for (const [name, { to, records }] of batches) {
      scheduler.note(this, `${records.length} records to ${name}${transaction ? ' in a transaction' : ''}`)
      this.records += records.length
      if (transaction) this.#inTransaction(transaction, name, to, records)
      else cluster.handle(() => cluster.produce(undefined, to, encodeBatch(records, noProducer)))
    }
  }

  #inTransaction(
    { producer, sequences }: Open,
    name: string,
    to: TopicPartition,
    records: readonly InputRecord[],
  ): void {
    const { cluster } = this.#parts
    const sequence = sequences.get(name) ?? 0
    const batch = encodeBatch(records, { ...producer, sequence, transactional: true })
    try {
      cluster.handle(({ transactions }, now) => {
        transactions.addPartition(producer, to, now)
        cluster.produce(producer, to, batch)
      })
      sequences.set(name, sequence + records.length)
    } catch (error) {
      // It timed out.
      if (!StreamsError.is(error, 'fenced')) throw error
      this.aborted++
    }
  }

  #end({ producer }: Open): void {
    const { cluster, random, scheduler } = this.#parts
    const commits = random.chance(0.7)
    scheduler.note(this, commits ? 'commits' : 'aborts')
    if (!commits) this.aborted++
    try {
      cluster.handle(({ transactions }) => transactions.end(producer, commits))
    } catch (error) {
      // It timed out.
      if (!StreamsError.is(error, 'fenced')) throw error
    }
  }
}
