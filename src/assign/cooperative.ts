import type { ClientState } from './client-state.ts'
import type { Task } from './group-model.ts'
import type { Owners } from './owners.ts'
import type { ThreadTasks } from './threads.ts'

/** What one member is told. */
export interface MemberAssignment extends ThreadTasks {
  /** When it is to join again by itself: when tasks that it waits for are free, or when warm-ups may have caught up. */
  readonly rebalance: 'now' | 'probing' | 'none'
  /** Active tasks that it is to get in the next rebalance, when others have given them up. */
  readonly promised: readonly Task[]
}

/**
 * The cooperative protocol (KIP-429): an active task that another member still owns is held back until the rebalance that
 * follows at once, since its owner gives it up only when it hears of this one. Meanwhile its state is kept as a
 * standby where there is some (StreamsPartitionAssignor.addClientAssignments).
 * @param probing one of the threads is to ask for a probing rebalance.
 * @returns by member id.
 */
export function handOver(
  client: ClientState,
  threads: ReadonlyMap<string, ThreadTasks>,
  owners: Owners,
  probing: boolean,
): ReadonlyMap<string, MemberAssignment> {
  let mustProbe = probing
  const assignments = new Map<string, MemberAssignment>()
  for (const [memberId, { active, standby }] of threads) {
    const waiting = active.filter(({ name }) => isOwnedByOther(owners.get(name), memberId))
    const kept = waiting.filter((task) => client.wasStandby(task))
    const rebalance = waiting.length > 0 ? 'now' : mustProbe ? 'probing' : 'none'
    // A rebalance at once makes the later one needless: it will ask for one itself if it must.
    if (rebalance !== 'none') mustProbe = false
    assignments.set(memberId, {
      active: active.filter((task) => !waiting.includes(task)),
      standby: [...standby, ...kept],
      rebalance,
      promised: waiting,
    })
  }
  return assignments
}

function isOwnedByOther(owners: readonly string[] = [], memberId: string): boolean {
  return owners.some((owner) => owner !== memberId)
}
