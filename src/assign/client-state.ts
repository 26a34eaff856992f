import { latestOffsetSum, unknownOffsetSum } from '../protocol/subscription-info.ts'
import { compareText, type GroupMember, type GroupModel, type Task } from './group-model.ts'
import { claimantsOf, type Owners } from './owners.ts'

/** The process runs the task and is ahead of everybody. */
const runningLag = -1

/** One process of the application, Java's "client": what it has of each task, and what it is given. */
export class ClientState {
  readonly processId: string
  /** Its threads, by member id. */
  readonly members: readonly GroupMember[]
  readonly tags: ReadonlyMap<string, string>
  readonly active: Set<Task> = new Set()
  /** Standbys, among them those that warm up. */
  readonly standby: Set<Task> = new Set()
  readonly #group: GroupFacts
  readonly #offsetSums: ReadonlyMap<string, number>

  constructor(members: readonly GroupMember[], group: GroupFacts) {
    this.members = [...members].sort((a, b) => compareText(a.memberId, b.memberId))
    this.processId = this.members[0]!.processId
    this.tags = this.members[0]!.clientTags
    this.#group = group
    this.#offsetSums = bestOffsetSums(this.members)
  }

  get threads(): number {
    return this.members.length
  }

  get count(): number {
    return this.active.size + this.standby.size
  }

  has(task: Task): boolean {
    return this.active.has(task) || this.standby.has(task)
  }

  /** It has state of the task, or is the one to run it. */
  holds({ name }: Task): boolean {
    return this.#offsetSums.has(name) || this.#owner(name) !== undefined
  }

  /** It is the task's owner, or about to be, and no restoring keeps it busy for long. */
  runs(task: Task): boolean {
    if (this.#offsetSums.get(task.name) === latestOffsetSum) return true
    return this.#owner(task.name) !== undefined && this.caughtUp(task)
  }

  /** How much a thread has to do with a task: all, if it is the one to run it. 0: nothing. */
  claim({ memberId, offsetSums }: GroupMember, { name }: Task): number {
    const sum = offsetSums.get(name)
    if (sum === latestOffsetSum || this.#owner(name) === memberId) return Number.POSITIVE_INFINITY
    return sum === undefined ? 0 : Math.max(sum, 0) + 1
  }

  /** It has state of the task that is nobody's active copy. */
  wasStandby({ name, stateful }: Task): boolean {
    const sum = this.#offsetSums.get(name)
    return stateful && sum !== undefined && sum !== latestOffsetSum && this.#owner(name) === undefined
  }

  /**
   * Changelog records that this process lacks, all of them if it has no state (ClientState.computeTaskLags); -1 where
   * the task runs. What is unknown comes after all that is caught up, as Java takes it.
   */
  lag({ name }: Task): number {
    const end = this.#group.endOffsetSums.get(name) ?? 0
    const sum = this.#offsetSums.get(name) ?? 0
    if (sum === latestOffsetSum) return runningLag
    if (sum === unknownOffsetSum) return this.#group.acceptableLag + 0.5
    // Beyond the end: of another log, so it will be restored from the beginning.
    return sum > end ? end : end - sum
  }

  caughtUp(task: Task): boolean {
    return this.lag(task) <= this.#group.acceptableLag
  }

  /** The thread that owns a task, or is to have it next. */
  #owner(name: string): string | undefined {
    return this.#group.claimants
      .get(name)
      ?.find((owner) => this.members.some(({ memberId }) => memberId === owner))
  }
}

/** What processes are compared by. */
interface GroupFacts {
  readonly acceptableLag: number
  readonly endOffsetSums: ReadonlyMap<string, number>
  readonly claimants: Owners
}

/** The processes of the group, by id. */
export function clientStates(model: GroupModel): readonly ClientState[] {
  const { members, config } = model
  const facts = {
    acceptableLag: config.acceptableRecoveryLag,
    endOffsetSums: model.endOffsetSums ?? furthestOffsetSums(members),
    claimants: claimantsOf(model),
  }
  const byProcess = new Map<string, GroupMember[]>()
  for (const member of members) {
    const threads = byProcess.get(member.processId)
    if (threads) threads.push(member)
    else byProcess.set(member.processId, [member])
  }
  return [...byProcess.values()]
    .map((threads) => new ClientState(threads, facts))
    .sort((a, b) => compareText(a.processId, b.processId))
}

/**
 * The process where a task is best kept: the one that runs it, else the one that lacks least of it. Undefined if nobody
 * has anything of it.
 */
export function homeOf(task: Task, clients: readonly ClientState[]): ClientState | undefined {
  let home: ClientState | undefined
  for (const client of clients) if (client.holds(task) && (!home || closer(client, home, task))) home = client
  return home
}

function closer(client: ClientState, best: ClientState, task: Task): boolean {
  if (client.runs(task) !== best.runs(task)) return client.runs(task)
  return client.lag(task) < best.lag(task)
}

/** Threads share the disk: what one of them has, all have. */
function bestOffsetSums(members: readonly GroupMember[]): ReadonlyMap<string, number> {
  const best = new Map<string, number>()
  for (const { offsetSums } of members)
    for (const [name, sum] of offsetSums) {
      const other = best.get(name)
      if (other === latestOffsetSum) continue
      if (other === undefined || sum === latestOffsetSum || sum > other) best.set(name, sum)
    }
  return best
}

/** Where the ends are not known, members are compared with the one that has most. */
function furthestOffsetSums(members: readonly GroupMember[]): ReadonlyMap<string, number> {
  const furthest = new Map<string, number>()
  for (const { offsetSums } of members)
    for (const [name, sum] of offsetSums) furthest.set(name, Math.max(sum, furthest.get(name) ?? 0))
  return furthest
}
