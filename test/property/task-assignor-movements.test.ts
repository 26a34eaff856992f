import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assignGroup, type GroupAssignments } from '../../src/assign/assign-group.ts'
import type { ClientState } from '../../src/assign/client-state.ts'
import {
  anyCluster,
  Cluster,
  type ClusterSpec,
  namesOf as names,
  newCluster,
  otherProcesses,
} from './assignor-cluster.ts'

/** Active tasks by process. */
function activeClients(clients: readonly ClientState[]): Map<string, ClientState> {
  return new Map(clients.flatMap((client) => [...client.active].map(({ name }) => [name, client])))
}

/** The same tasks for the same members. */
function same(one: GroupAssignments, other: GroupAssignments): boolean {
  const text = ({ members }: GroupAssignments): string =>
    JSON.stringify(
      [...members].map(([id, { active, standby }]) => [id, names(active), [...names(standby)].sort()]),
    )
  return text(one) === text(other)
}

/** Standbys beyond those that are wanted. */
function warmups(group: Cluster, clients: readonly ClientState[]): number {
  return group.tasks.reduce((sum, task) => {
    const standbys = clients.filter(({ standby }) => standby.has(task)).length
    return sum + Math.max(0, standbys - group.config.numStandbyReplicas)
  }, 0)
}

test('while a group grows, tasks move only to processes that have caught up, so many at a time as allowed', () => {
  fc.assert(
    fc.property(newCluster, (spec) => {
      const group = new Cluster({ ...spec, processes: spec.processes.slice(0, 1) })
      group.settle()
      group.become(spec.processes)
      let rounds = 0
      for (let probing = true; probing; ) {
        expect(rounds++).toBeLessThan(500)
        const { clients, members } = assignGroup(group.model)
        const now = activeClients(clients)
        for (const task of group.tasks.filter(({ stateful }) => stateful)) {
          const client = now.get(task.name)!
          expect(client.caughtUp(task)).toBe(true)
        }
        expect(warmups(group, clients)).toBeLessThanOrEqual(group.config.maxWarmupReplicas)
        probing = [...members.values()].some(({ rebalance }) => rebalance !== 'none')
        group.rebalance()
      }
    }),
  )
})
test('a task goes to a process that has caught up, or else to none that lacks more than another', () => {
  fc.assert(
    fc.property(anyCluster, (spec) => {
      const group = new Cluster(spec)
      const { clients } = assignGroup(group.model)
      for (const client of clients)
        for (const task of client.active) {
          if (!task.stateful || client.caughtUp(task)) continue
          expect(client.lag(task)).toBe(Math.min(...clients.map((other) => other.lag(task))))
        }
    }),
  )
})

test('a running task moves only to a process that has caught up', () => {
  fc.assert(
    fc.property(anyCluster, (spec) => {
      const group = new Cluster(spec)
      const { clients } = assignGroup(group.model)
      const now = activeClients(clients)
      for (const task of group.tasks.filter(({ stateful }) => stateful)) {
        const before = clients.find((client) => client.runs(task))
        const client = now.get(task.name)!
        if (before && client !== before) expect(client.caughtUp(task)).toBe(true)
      }
    }),
  )
})

test('no more standbys than wanted, but for the warm-ups', () => {
  fc.assert(
    fc.property(anyCluster, (spec) => {
      const group = new Cluster(spec)
      const { clients } = assignGroup(group.model)
      const { maxWarmupReplicas, numStandbyReplicas } = group.config
      for (const task of group.tasks.filter(({ stateful }) => stateful)) {
        const standbys = clients.filter(({ standby }) => standby.has(task)).length
        expect(standbys).toBeGreaterThanOrEqual(Math.min(numStandbyReplicas, clients.length - 1))
      }
      expect(warmups(group, clients)).toBeLessThanOrEqual(maxWarmupReplicas)
    }),
  )
})

test('it ends, however slowly standbys catch up', () => {
  fc.assert(
    fc.property(anyCluster, fc.constantFrom(700, 20_000, Number.POSITIVE_INFINITY), (spec, records) => {
      new Cluster(spec).settle(records, 3000)
    }),
  )
})

test('in the end nothing moves any more, however often one asks', () => {
  fc.assert(
    fc.property(anyCluster, (spec) => {
      const group = new Cluster(spec)
      let { last } = group.settle()
      // What lies on disks nobody uses may be as good as a standby: that can change a little once more.
      for (let n = 0; n < 3 && !same(last, assignGroup(group.model)); n++) ({ last } = group.settle())
      expect(same(last, assignGroup(group.model))).toBe(true)
    }),
  )
})

test('without standbys nothing moves any more once it has ended', () => {
  fc.assert(
    fc.property(anyCluster, (spec) => {
      const group = new Cluster({ ...spec, config: { ...spec.config, numStandbyReplicas: 0 } })
      const { last } = group.settle()
      expect(same(last, assignGroup(group.model))).toBe(true)
    }),
  )
})

test('when processes join or leave, it ends too', () => {
  fc.assert(
    fc.property(newCluster, otherProcesses, (spec, next) => {
      const group = new Cluster(spec)
      group.settle()
      group.become(next)
      group.settle()
    }),
  )
})

/** A group of one subtopology, whose processes have equally many threads. */
function alike(spec: ClusterSpec, threads: number): ClusterSpec {
  const tasks = spec.tasks.filter(({ id }) => id.subtopology === 0)
  return { ...spec, tasks, processes: spec.processes.map((process) => ({ ...process, threads })) }
}

test('where processes are alike, one that joins gets tasks and nobody else does', () => {
  fc.assert(
    fc.property(newCluster, fc.integer({ min: 1, max: 3 }), (spec, threads) => {
      const group = new Cluster(alike(spec, threads))
      const before = activeClients(group.settle().last.clients)
      group.become([...group.processes, { id: 'process-9', threads, zone: 'a' }])
      const after = activeClients(group.settle().last.clients)
      for (const { name } of group.tasks)
        expect([before.get(name)!.processId, 'process-9']).toContain(after.get(name)!.processId)
    }),
  )
})

test('where processes are alike, only tasks of one that leaves move', () => {
  fc.assert(
    fc.property(newCluster, fc.integer({ min: 1, max: 3 }), (spec, threads) => {
      fc.pre(spec.processes.length > 1)
      const group = new Cluster(alike(spec, threads))
      const before = activeClients(group.settle().last.clients)
      const [leaver, ...others] = group.processes
      group.become(others)
      const after = activeClients(group.settle().last.clients)
      for (const { name } of group.tasks) {
        const { processId } = before.get(name)!
        if (processId !== leaver!.id) expect(after.get(name)!.processId).toBe(processId)
      }
    }),
  )
})

test('what was promised is handed over in the next rebalance', () => {
  fc.assert(
    fc.property(anyCluster, (spec) => {
      const group = new Cluster({ ...spec, cooperative: true })
      // At once: no standby gets on meanwhile.
      const first = group.rebalance(0)
      const second = group.rebalance(0)
      for (const [memberId, { promised }] of first.members)
        expect(names(second.members.get(memberId)!.active)).toEqual(
          expect.arrayContaining([...names(promised)]),
        )
    }),
  )
})
