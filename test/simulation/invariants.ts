import type { EmbeddedCluster } from '../../src/client/embedded/cluster.ts'
import { forEachRow } from '../../src/core/packed-rows.ts'
import { taskName } from '../../src/core/task-id.ts'
import { decodeAssignmentInfo } from '../../src/protocol/assignment-info.ts'
import { decodeAssignment } from '../../src/protocol/consumer-protocol.ts'
import type { SpaceRows } from '../../src/store/byte-store.ts'
import { checkpointSpace, decodeCheckpoint } from '../../src/store/checkpoint.ts'
import type { Life } from './life.ts'

/** What must hold at any moment. What does not is kept as a problem in words. */
export class Invariants {
  readonly problems: string[] = []
  readonly #cluster: EmbeddedCluster

  constructor(cluster: EmbeddedCluster) {
    this.#cluster = cluster
  }

  broken(problem: string): void {
    this.problems.push(problem)
  }

  /** Rows go to disk: all of them must be committed by then. */
  checkpointed(life: Life, rows: readonly SpaceRows[]): void {
    for (const { space, rows: packed } of rows)
      if (space === checkpointSpace)
        forEachRow(packed, (_, value) => {
          if (value) this.#checkpoint(life, value)
        })
  }

  /** The leader has decided: one member at most runs a task. */
  assigned(life: Life, assignments: ReadonlyMap<string, Uint8Array>): void {
    const owners = new Map<string, string>()
    for (const [member, bytes] of assignments) {
      const { userData } = decodeAssignment(bytes)
      if (!userData) continue
      const { activeTasks } = decodeAssignmentInfo(userData)
      for (const task of new Set(activeTasks.map(taskName))) {
        const other = owners.get(task)
        if (other) this.broken(`${life.name} gave task ${task} to ${other} and to ${member}`)
        owners.set(task, member)
      }
    }
  }

  #checkpoint(life: Life, bytes: Uint8Array): void {
    const checkpoint = decodeCheckpoint(bytes)
    if (checkpoint === 'malformed') {
      this.broken(`${life.name} wrote a malformed checkpoint`)
      return
    }
    for (const { changelogTopic, changelogPartition, changelogOffset } of checkpoint.stores) {
      const { openTransactions } = this.#cluster.topics.log(changelogTopic, changelogPartition)
      for (const { producerId } of life.producers) {
        const uncommitted = openTransactions.get(producerId)
        const committing = this.#cluster.transactions.isCommitting(producerId)
        if (uncommitted !== undefined && uncommitted < changelogOffset && !committing)
          this.broken(
            `${life.name} wrote a checkpoint of ${changelogTopic}-${changelogPartition} up to ${changelogOffset}, ` +
              `where from ${uncommitted} on nothing is committed`,
          )
      }
    }
  }
}
