import { type ClientState, homeOf } from './client-state.ts'
import { type AssignmentConfig, compareTasks, type Task } from './group-model.ts'
import { type Homes, spread } from './spread.ts'
import { assignStandbys } from './standbys.ts'
import { TaskMovements } from './task-movements.ts'

/**
 * Gives tasks to processes as Java's HighAvailabilityTaskAssignor does (KIP-441): balanced, but a stateful task is not
 * taken from a process that has its state before another one has caught up to within `acceptableRecoveryLag`. Of KIP-925
 * there are client tags for standbys only; the racks of brokers are not looked at.
 * @param clients at least one, with nothing assigned yet.
 * @returns whether tasks are still to move: once their new processes have caught up, a rebalance will.
 */
export function assignToClients(
  tasks: readonly Task[],
  clients: readonly ClientState[],
  config: AssignmentConfig,
): boolean {
  const homes = homesOf(tasks, clients)
  const stateful = tasks.filter((task) => task.stateful)
  const stateless = tasks.filter((task) => !task.stateful)
  for (const [task, client] of spread([stateful, stateless], clients, clientHomes(homes)))
    client.active.add(task)
  assignStandbys(stateful, clients, config)
  const movements = new TaskMovements(clients, config.maxWarmupReplicas)
  const actives = movements.putOffActives(homes)
  return actives + movements.putOffStandbys() > 0
}

/**
 * For when the ends of changelogs cannot be fetched (Java's FallbackPriorTaskAssignor): every task stays with the process
 * that runs it, balanced or not; others go where most of their state is while that process is not too busy.
 * @returns true: a rebalance is to try again.
 */
export function assignToPriorClients(
  tasks: readonly Task[],
  clients: readonly ClientState[],
  config: AssignmentConfig,
): true {
  const threads = clients.reduce((sum, client) => sum + client.threads, 0)
  const busy = (client: ClientState): boolean =>
    client.active.size >= Math.ceil(tasks.length / threads) * client.threads
  const homes = homesOf(tasks, clients)
  const running = (task: Task): boolean => homes.get(task)?.runs(task) ?? false
  for (const task of tasks) if (running(task)) homes.get(task)!.active.add(task)
  for (const task of tasks.filter((one) => !running(one)).sort(compareTasks)) {
    const home = homes.get(task)
    const client = home && !busy(home) ? home : leastActive(clients)
    client.active.add(task)
  }
  assignStandbys(tasks, clients, config)
  return true
}

function homesOf(tasks: readonly Task[], clients: readonly ClientState[]): ReadonlyMap<Task, ClientState> {
  const homes = new Map<Task, ClientState>()
  for (const task of tasks) {
    const home = homeOf(task, clients)
    if (home) homes.set(task, home)
  }
  return homes
}

function clientHomes(homes: ReadonlyMap<Task, ClientState>): Homes<ClientState> {
  return {
    home: (task) => homes.get(task),
    distance: (task, client) => (client.holds(task) ? client.lag(task) : Number.POSITIVE_INFINITY),
    running: (task) => homes.get(task)?.runs(task) ?? false,
  }
}

function leastActive(clients: readonly ClientState[]): ClientState {
  return clients.reduce((least, client) =>
    client.active.size / client.threads < least.active.size / least.threads ? client : least,
  )
}
