import type { ClientState } from './client-state.ts'
import { compareTasks, type Task } from './group-model.ts'

/** The copies of tasks and the client tags they are to differ in (Java's ClientTagAwareStandbyTaskAssignor). */
export class Copies {
  readonly #clients: readonly ClientState[]
  readonly #tags: readonly string[]

  constructor(clients: readonly ClientState[], tags: readonly string[]) {
    this.#clients = clients
    this.#tags = tags
  }

  /** Processes without a copy of the task. */
  free(task: Task): readonly ClientState[] {
    return this.#clients.filter((client) => !client.has(task))
  }

  /** How many tags of a process no copy of the task has yet: the more the safer is a copy there. */
  freshTags(task: Task, client: ClientState): number {
    const copies = this.#of(task)
    return this.#tags.filter((key) => {
      const value = client.tags.get(key)
      return value !== undefined && copies.every(({ tags }) => tags.get(key) !== value)
    }).length
  }

  /** Copies of the task would have as many different tags as before if one went from here to there. */
  mayMove(task: Task, from: ClientState, to: ClientState): boolean {
    if (to.has(task)) return false
    const others = this.#of(task).filter((client) => client !== from)
    return this.#different([...others, to]) >= this.#different([...others, from])
  }

  #of(task: Task): readonly ClientState[] {
    return this.#clients.filter((client) => client.has(task))
  }

  #different(clients: readonly ClientState[]): number {
    const different = (key: string): number =>
      new Set(clients.map(({ tags }) => tags.get(key)).filter((value) => value !== undefined)).size
    return this.#tags.reduce((sum, key) => sum + different(key), 0)
  }
}

/** Moves standbys from busy processes to idle ones as long as that makes loads more equal; where most of their state is. */
export function balanceStandbys(clients: readonly ClientState[], copies: Copies): void {
  let moved = true
  while (moved) {
    moved = false
    for (const from of clients) for (const to of clients) if (moveStandbys(from, to, copies)) moved = true
  }
}

function moveStandbys(from: ClientState, to: ClientState, copies: Copies): boolean {
  let moved = false
  while (helps(from, to)) {
    const [task] = [...from.standby]
      .filter((one) => copies.mayMove(one, from, to))
      .sort((a, b) => to.lag(a) - to.lag(b) || compareTasks(a, b))
    if (!task) break
    from.standby.delete(task)
    to.standby.add(task)
    moved = true
  }
  return moved
}

/** The squares of all loads become less, so there is an end to it. */
function helps(from: ClientState, to: ClientState): boolean {
  return from !== to && (to.count + 0.5) / to.threads < (from.count - 0.5) / from.threads
}
