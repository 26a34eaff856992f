import { decodeControlBatch } from '../../../src/protocol/record-batch/control.ts'
import { type EndedTransaction, endedTransactions } from './ended-transactions.ts'
import { isMarker, type LoggedBatch, readPartitionLog } from './partition-log.ts'

export interface MissingMarker {
  readonly transaction: EndedTransaction
  readonly partition: string
  /** No later marker of the producer is there either: readers of committed records wait. */
  readonly open: boolean
}

interface Marker {
  readonly offset: number
  readonly at: number
  readonly committed: boolean
}

/**
 * Holds the markers in a lone broker's files against what its transaction coordinator decided. A marker is written after
 * the decision and before the producer's next transaction can be decided: if none of the producer's lies between, it is
 * missing, and the records of that transaction count or do not as the producer's next one ends.
 */
export class MarkerAudit {
  readonly missing: readonly MissingMarker[]
  readonly #dataFolder: string
  /** By producer id, oldest first. */
  readonly #transactions = new Map<number, EndedTransaction[]>()
  readonly #logs = new Map<string, readonly LoggedBatch[]>()
  readonly #missing = new Map<EndedTransaction, MissingMarker[]>()

  constructor(dataFolder: string) {
    this.#dataFolder = dataFolder
    for (const transaction of endedTransactions(dataFolder)) {
      const its = this.#transactions.get(transaction.producerId)
      if (its) its.push(transaction)
      else this.#transactions.set(transaction.producerId, [transaction])
    }
    for (const transactions of this.#transactions.values())
      transactions.forEach((transaction, i) => {
        const found = this.#missingOf(transaction, transactions[i + 1]?.at)
        if (found.length > 0) this.#missing.set(transaction, found)
      })
    this.missing = [...this.#missing.values()].flat()
  }

  log(partition: string): readonly LoggedBatch[] {
    const known = this.#logs.get(partition)
    if (known) return known
    const dash = partition.lastIndexOf('-')
    const log = readPartitionLog(
      this.#dataFolder,
      partition.slice(0, dash),
      Number(partition.slice(dash + 1)),
    )
    this.#logs.set(partition, log)
    return log
  }

  /**
   * Whether a record of a transaction counts for readers of committed records, and what is missing of that transaction;
   * where its own marker is missing, of all that the record may belong to.
   */
  judge(
    partition: string,
    producerId: number,
    offset: number,
  ): {
    readonly committed: boolean
    readonly missing: readonly MissingMarker[]
  } {
    const markers = this.#markers(partition, producerId)
    const next = markers.findIndex((marker) => marker.offset > offset)
    const all = (this.#transactions.get(producerId) ?? []).filter(({ partitions }) =>
      partitions.includes(partition),
    )
    const before = next < 0 ? markers.at(-1) : markers[next - 1]
    const from = before ? before.at : Number.NEGATIVE_INFINITY
    const to = next < 0 ? Number.POSITIVE_INFINITY : markers[next]!.at
    const its = all.filter(({ at }) => at > from && at <= to)
    return {
      committed: next >= 0 && markers[next]!.committed,
      missing: its.flatMap((transaction) => this.#missing.get(transaction) ?? []),
    }
  }

  #missingOf(transaction: EndedTransaction, nextAt = Number.POSITIVE_INFINITY): MissingMarker[] {
    const { producerId, at } = transaction
    return transaction.partitions.flatMap((partition) => {
      // The log of a topic that is gone says nothing.
      if (this.log(partition).length === 0) return []
      const markers = this.#markers(partition, producerId)
      if (markers.some((marker) => marker.at >= at && marker.at < nextAt)) return []
      return [{ transaction, partition, open: !markers.some((marker) => marker.at >= nextAt) }]
    })
  }

  #markers(partition: string, producerId: number): Marker[] {
    return this.log(partition)
      .filter(({ header }) => header.producerId === producerId && isMarker(header))
      .map(({ header, bytes }) => ({
        offset: header.baseOffset,
        at: header.maxTimestamp,
        committed: decodeControlBatch(bytes, 0, header)?.type === 'commit',
      }))
  }
}

export function describeMissing({ transaction, partition, open }: MissingMarker): string {
  const { transactionalId, committed, at } = transaction
  const what = committed ? 'commit' : 'abort'
  return `${partition}: no ${what} marker of ${transactionalId}, decided ${new Date(at).toISOString()}${open ? ', still open' : ''}`
}
