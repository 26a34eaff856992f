import { Transactions } from '../../src/client/kafka/transactions.ts'
import { type Cut, TaskState } from '../../src/store/task-state.ts'
import type { Fate } from './fate.ts'

/** Steps that happen inside of what the client and the stores do: their methods are wrapped, in this process alone. */
export function observeSteps(fate: Fate): void {
  const { cut, submit } = TaskState.prototype
  TaskState.prototype.cut = function (this: TaskState, offsets: ReadonlyMap<string, number>): Cut {
    const made = cut.call(this, offsets)
    fate.reached('checkpoint cut')
    return made
  }
  TaskState.prototype.submit = async function (this: TaskState, made: Cut): Promise<void> {
    const submitted = submit.call(this, made)
    // By then LMDB's own thread has begun.
    const begun = setImmediate(() => fate.reached('checkpoint submitted'))
    await submitted
    clearImmediate(begun)
    fate.reached('checkpoint written')
  }
  const { addOffsets } = Transactions.prototype
  Transactions.prototype.addOffsets = async function (this: Transactions, groupId: string): Promise<void> {
    await addOffsets.call(this, groupId)
    fate.reached('AddOffsetsToTxn answered')
  }
}
