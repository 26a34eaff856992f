import { Transactions } from '../../src/client/kafka/transactions.ts'
import { type Cut, TaskState } from '../../src/store/task-state.ts'

/** Steps inside of client and stores, broken on purpose, in this thread alone. */
export const stepMutations = {
  /** Records go to partitions that the coordinator does not know to be in the transaction. */
  'partitions-not-added': (): void => {
    Transactions.prototype.addPartitions = async () => {}
  },
  /** A checkpoint says that rows are on the disk which are not. */
  'rows-not-written': (): void => {
    const { submit } = TaskState.prototype
    TaskState.prototype.submit = function (this: TaskState, cut: Cut): Promise<void> {
      // The last is the checkpoint itself. It must stay the same object.
      const rows = cut.rows as Cut['rows'][number][]
      rows.splice(0, rows.length - 1)
      return submit.call(this, cut)
    }
  },
} as const
