import { type ClientState, clientStates } from './client-state.ts'
import { handOver, type MemberAssignment } from './cooperative.ts'
import type { GroupModel } from './group-model.ts'
import { assignToClients, assignToPriorClients } from './high-availability.ts'
import { ownersOf } from './owners.ts'
import { assignToThreads } from './threads.ts'

/** Who runs what. */
export interface GroupAssignments {
  /** By member id. */
  readonly members: ReadonlyMap<string, MemberAssignment>
  /** What processes have once tasks have been handed over: for whoever asks where a key is. */
  readonly clients: readonly ClientState[]
}

/**
 * Assigns the tasks of an application to the members of its group: first to processes, then within each to threads, then
 * less what other members must give up before (Java's StreamsPartitionAssignor.assign). The same input gives the same
 * answer, in whatever order it comes.
 */
export function assignGroup(model: GroupModel): GroupAssignments {
  const { tasks, members, leader, endOffsetSums, config } = model
  const clients = clientStates(model)
  const assign = endOffsetSums ? assignToClients : assignToPriorClients
  const probing = clients.length > 0 && assign(tasks, clients, config)
  const owners = ownersOf(members)
  const assignments = clients.flatMap((client) => [
    ...handOver(client, assignToThreads(client), owners, probing && client.processId === leader),
  ])
  return { members: new Map(assignments), clients }
}
