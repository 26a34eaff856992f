import type { ClientState } from './client-state.ts'
import { compareTasks, type Task } from './group-model.ts'

/** A task is to go to a process that is not ready for it. */
interface Movement {
  readonly task: Task
  readonly from: ClientState
  readonly to: ClientState
}

/**
 * Puts off what would take a task from its state (Java's TaskMovement): it stays with the process that is further along
 * while the one it is meant for warms up, which is a standby beyond the configured ones. When that has caught up, a
 * probing rebalance moves the task.
 */
export class TaskMovements {
  readonly #clients: readonly ClientState[]
  #warmupsLeft: number
  readonly #warmups = new Map<ClientState, Set<Task>>()

  constructor(clients: readonly ClientState[], maxWarmupReplicas: number) {
    this.#clients = clients
    this.#warmupsLeft = maxWarmupReplicas
  }

  /** @param homes of tasks that someone has state of. @returns how many tasks are not where they are meant to be. */
  putOffActives(homes: ReadonlyMap<Task, ClientState>): number {
    const movements = this.#clients.flatMap((to) =>
      [...to.active].flatMap((task): Movement[] => {
        const from = homes.get(task)
        return from && isAhead(from, to, task) ? [{ task, from, to }] : []
      }),
    )
    for (const { task, from, to } of this.#inOrder(movements)) {
      to.active.delete(task)
      from.active.add(task)
      if (from.standby.delete(task)) to.standby.add(task)
      else if (this.#warmsUp(to, task)) to.standby.add(task)
    }
    return movements.length
  }

  /** Of standbys, after `putOffActives`. @returns how many standbys are not where they are meant to be. */
  putOffStandbys(): number {
    const planned = this.#clients.flatMap((to) =>
      [...to.standby].flatMap((task): Movement[] => {
        if (this.#warmups.get(to)?.has(task)) return []
        const from = this.#closestWithout(task)
        return from && isAhead(from, to, task) ? [{ task, from, to }] : []
      }),
    )
    let needed = 0
    for (const { task, to } of this.#inOrder(planned)) {
      // Another standby of the task may have taken the place meanwhile.
      const from = this.#closestWithout(task)
      if (!from || !isAhead(from, to, task)) continue
      from.standby.add(task)
      if (!this.#warmsUp(to, task)) to.standby.delete(task)
      needed++
    }
    return needed
  }

  #warmsUp(client: ClientState, task: Task): boolean {
    if (this.#warmupsLeft === 0) return false
    this.#warmupsLeft--
    const warmups = this.#warmups.get(client)
    if (warmups) warmups.add(task)
    else this.#warmups.set(client, new Set([task]))
    return true
  }

  /** Of the processes without a copy of the task, the one that lacks least of it. */
  #closestWithout(task: Task): ClientState | undefined {
    return this.#clients
      .filter((client) => !client.has(task))
      .sort((a, b) => a.lag(task) - b.lag(task) || a.count / a.threads - b.count / b.threads)[0]
  }

  /** Tasks that few processes are ready for come first, then those that will be soonest. */
  #inOrder(movements: readonly Movement[]): readonly Movement[] {
    const ready = (task: Task): number => this.#clients.filter((client) => client.caughtUp(task)).length
    return movements
      .map((movement) => ({ ...movement, ready: ready(movement.task) }))
      .sort(
        (a, b) => a.ready - b.ready || a.to.lag(a.task) - b.to.lag(b.task) || compareTasks(a.task, b.task),
      )
  }
}

function isAhead(from: ClientState, to: ClientState, task: Task): boolean {
  return !to.caughtUp(task) && from.lag(task) < to.lag(task)
}
