import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assignGroup, type GroupAssignments } from '../../src/assign/assign-group.ts'
import type { ClientState } from '../../src/assign/client-state.ts'
import type { Task } from '../../src/assign/group-model.ts'
import { anyCluster, Cluster, type ClusterSpec, newCluster, otherProcesses } from './assignor-cluster.ts'

const names = (tasks: Iterable<Task>): string[] => [...tasks].map(({ name }) => name)
const sorted = (tasks: Iterable<Task>): string[] => names(tasks).sort()
const all = (group: Cluster): string[] => sorted(group.tasks)

function spreadOf(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts)
}

/** Active tasks by process. */
function activeClients(clients: readonly ClientState[]): Map<string, ClientState> {
  return new Map(clients.flatMap((client) => [...client.active].map(({ name }) => [name, client])))
}

function settled({ members }: GroupAssignments): boolean {
  return [...members.values()].every(({ rebalance }) => rebalance === 'none')
}

test('every task is active once, and its standbys are in other processes, once in each', () => {
  fc.assert(
    fc.property(anyCluster, (spec) => {
      const group = new Cluster(spec)
      const { clients, members } = assignGroup(group.model)
      expect(clients.flatMap(({ active }) => names(active)).sort()).toEqual(all(group))
      for (const client of clients) {
        const inside = client.members.map(({ memberId }) => members.get(memberId)!)
        expect(new Set([...client.active, ...client.standby]).size).toBe(client.count)
        const given = inside.flatMap(({ active, standby }) => names([...active, ...standby]))
        expect(new Set(given).size).toBe(given.length)
        for (const standby of client.standby) {
          expect(standby.stateful).toBe(true)
          expect(given).toContain(standby.name)
        }
      }
    }),
  )
})

test('a task that another member owns is held back, and only such a one', () => {
  fc.assert(
    fc.property(anyCluster, (spec) => {
      const group = new Cluster(spec)
      const { members, clients } = assignGroup(group.model)
      const owner = new Map(
        group.cooperative ? [...group.running].flatMap(([m, own]) => [...own].map((n) => [n, m])) : [],
      )
      const given = new Set<string>()
      for (const [memberId, { active }] of members)
        for (const { name } of active) {
          given.add(name)
          expect(owner.get(name) ?? memberId).toBe(memberId)
        }
      for (const client of clients)
        for (const { name } of client.active)
          if (!given.has(name)) {
            expect(owner.has(name)).toBe(true)
            expect(client.members.some(({ memberId }) => members.get(memberId)!.rebalance === 'now')).toBe(
              true,
            )
          }
    }),
  )
})

test('one process probes, and only if something is still to move', () => {
  fc.assert(
    fc.property(anyCluster, (spec) => {
      const group = new Cluster(spec)
      const { members } = assignGroup(group.model)
      const probing = [...members].filter(([, { rebalance }]) => rebalance === 'probing')
      expect(probing.length).toBeLessThanOrEqual(1)
      for (const [memberId] of probing) expect(memberId).toMatch(/^process-0\//)
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
      let warmups = 0
      for (const task of group.tasks.filter(({ stateful }) => stateful)) {
        const standbys = clients.filter(({ standby }) => standby.has(task)).length
        expect(standbys).toBeGreaterThanOrEqual(Math.min(numStandbyReplicas, clients.length - 1))
        warmups += Math.max(0, standbys - numStandbyReplicas)
      }
      expect(warmups).toBeLessThanOrEqual(maxWarmupReplicas)
    }),
  )
})

test('in the end actives are balanced: all, stateful ones, and those of each subtopology, over threads', () => {
  fc.assert(
    fc.property(anyCluster, (spec) => {
      const group = new Cluster(spec)
      const { last } = group.settle()
      const threads = [...last.members.values()].map(({ active }) => active)
      const balanced = (which: (task: Task) => boolean): void =>
        expect(spreadOf(threads.map((active) => active.filter(which).length))).toBeLessThanOrEqual(1)
      balanced(() => true)
      balanced(({ stateful }) => stateful)
      for (const subtopology of new Set(group.tasks.map(({ id }) => id.subtopology)))
        balanced(({ id }) => id.subtopology === subtopology)
    }),
  )
})

test('in the end there are as many standbys as wanted, and no process could take one from a busier one', () => {
  fc.assert(
    fc.property(anyCluster, (spec) => {
      const group = new Cluster(spec)
      const { clients } = group.settle().last
      for (const task of group.tasks.filter(({ stateful }) => stateful))
        expect(clients.filter(({ standby }) => standby.has(task)).length).toBe(
          Math.min(group.config.numStandbyReplicas, clients.length - 1),
        )
      if (group.config.rackAwareAssignmentTags.length > 0) return
      for (const from of clients)
        for (const to of clients) {
          if ((from.count - 1) / from.threads <= (to.count + 1) / to.threads) continue
          for (const task of from.standby) expect(to.has(task)).toBe(true)
        }
    }),
  )
})

test('in the end copies are in as many zones as there are', () => {
  fc.assert(
    fc.property(anyCluster, (spec) => {
      const group = new Cluster(spec)
      fc.pre(group.config.rackAwareAssignmentTags.length > 0)
      const { clients } = group.settle().last
      const zones = (list: readonly ClientState[]): number =>
        new Set(list.map(({ tags }) => tags.get('zone'))).size
      for (const task of group.tasks.filter(({ stateful }) => stateful)) {
        const copies = clients.filter((client) => client.has(task))
        expect(zones(copies)).toBe(Math.min(copies.length, zones(clients)))
      }
    }),
  )
})

test('it ends, however slowly standbys catch up, and then nothing moves any more', () => {
  fc.assert(
    fc.property(anyCluster, fc.constantFrom(700, 20_000, Number.POSITIVE_INFINITY), (spec, records) => {
      const group = new Cluster(spec)
      const { last } = group.settle(records, 3000)
      const again = assignGroup(group.model)
      expect(settled(again)).toBe(true)
      for (const [memberId, { active, standby }] of last.members) {
        expect(sorted(again.members.get(memberId)!.active)).toEqual(sorted(active))
        expect(sorted(again.members.get(memberId)!.standby)).toEqual(sorted(standby))
      }
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

test('the answer does not depend on the order of the question', () => {
  fc.assert(
    fc.property(anyCluster, (spec) => {
      const { model } = new Cluster(spec)
      const turned = assignGroup({
        ...model,
        tasks: [...model.tasks].reverse(),
        members: [...model.members].reverse().map((member) => ({
          ...member,
          offsetSums: new Map([...member.offsetSums].reverse()),
        })),
      })
      expect(new Map([...turned.members].sort())).toEqual(new Map([...assignGroup(model).members].sort()))
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
