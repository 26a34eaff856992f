import type { TransactionState } from './transaction-flag.ts'
import type { WorkerEvent } from './worker-messages.ts'

/** Counts what happens in a run, over all lives of the workers. */
export class Tally {
  kills = 0
  /** Of these, how many met an open transaction; of those, how many while it was being ended. */
  killsInTransaction = 0
  killsInEndTxn = 0
  pauses = 0
  brokerRestarts = 0
  /** Transactions that the broker never ended: see `KafkaBroker.skippedMarkers`. */
  skippedMarkers = 0
  commits = 0
  checkpoints = 0
  restores = 0
  restoresFromCheckpoint = 0
  /** Transactions that were given up: refused, fenced or timed out. */
  aborts = 0
  readonly setAside: string[] = []
  readonly restoredFromZero: string[] = []
  /** Since when rows lie on the disk of `<worker> <task>`. */
  readonly #onDisk = new Map<string, number>()

  killed(transaction: TransactionState): void {
    this.kills++
    if (transaction !== 'none') this.killsInTransaction++
    if (transaction === 'ending') this.killsInEndTxn++
  }

  hear(worker: string, event: WorkerEvent): void {
    const state = 'task' in event ? `${worker} ${event.task}` : worker
    switch (event.event) {
      case 'committed':
        this.commits++
        break
      case 'checkpointed':
        this.checkpoints++
        if (event.rows > 0 && !this.#onDisk.has(state)) this.#onDisk.set(state, event.at)
        break
      case 'restored':
        this.restores++
        if (event.from > 0) this.restoresFromCheckpoint++
        if (event.from === 0 && (this.#onDisk.get(state) ?? Number.POSITIVE_INFINITY) < event.since)
          this.restoredFromZero.push(`task ${event.task} of worker ${worker}, up to ${event.to}`)
        break
      case 'stateSetAside':
        this.setAside.push(`task ${event.task} of worker ${worker}: ${event.reason}`)
        break
      case 'aborted':
        this.aborts++
        break
      default:
    }
  }
}
