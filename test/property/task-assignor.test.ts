import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assignGroup } from '../../src/assign/assign-group.ts'
import type { ClientState } from '../../src/assign/client-state.ts'
import type { Task } from '../../src/assign/group-model.ts'
import { anyCluster, Cluster, namesOf as names } from './assignor-cluster.ts'

const all = (group: Cluster): string[] => [...names(group.tasks)].sort()

function spreadOf(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts)
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

test('without the ends of changelogs, what runs stays where it is, and a rebalance is to follow', () => {
  fc.assert(
    fc.property(anyCluster, (spec) => {
      const group = new Cluster(spec)
      const { clients, members } = assignGroup({ ...group.model, endOffsetSums: undefined })
      expect(clients.flatMap(({ active }) => names(active)).sort()).toEqual(all(group))
      for (const [memberId, running] of group.running) {
        const client = clients.find(({ processId }) => memberId.startsWith(`${processId}/`))!
        expect(names(client.active)).toEqual(expect.arrayContaining([...running]))
      }
      for (const { count, active, standby } of clients)
        expect(new Set([...active, ...standby]).size).toBe(count)
      expect([...members.values()].some(({ rebalance }) => rebalance !== 'none')).toBe(true)
    }),
  )
})
