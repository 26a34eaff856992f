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
  commits = 0
  checkpoints = 0
  restores = 0
  /** Transactions that were given up: refused, fenced or timed out. */
  aborts = 0
  readonly setAside: string[] = []
  readonly restoredFromZero: string[] = []
  /** `<worker> <task>` of which rows lie on the worker's disk. */
  readonly #checkpointed = new Set<string>()

  killed(transaction: TransactionState): void {
    this.kills++
    if (transaction !== 'none') this.killsInTransaction++
    if (transaction === 'ending') this.killsInEndTxn++
  }

  hear(worker: string, event: WorkerEvent): void {
    switch (event.event) {
      case 'committed':
        this.commits++
        break
      case 'checkpointed':
        this.checkpoints++
        if (event.rows > 0) this.#checkpointed.add(`${worker} ${event.task}`)
        break
      case 'restored':
        this.restores++
        if (event.from === 0 && this.#checkpointed.has(`${worker} ${event.task}`))
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
