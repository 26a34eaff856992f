import fc from 'fast-check'
import { assignGroup, type GroupAssignments } from '../../src/assign/assign-group.ts'
import type { AssignmentConfig, GroupMember, GroupModel, Task } from '../../src/assign/group-model.ts'
import { taskName } from '../../src/core/task-id.ts'
import { latestOffsetSum } from '../../src/protocol/subscription-info.ts'

export interface ProcessSpec {
  readonly id: string
  readonly threads: number
  readonly zone: string
}

interface ClusterFacts {
  readonly tasks: readonly Task[]
  /** Ends of changelogs by stateful task. */
  readonly ends: ReadonlyMap<string, number>
  readonly config: AssignmentConfig
  readonly processes: readonly ProcessSpec[]
  /** Members tell what they own, and hand it over in two rebalances. */
  readonly cooperative: boolean
}

export function makeTask(subtopology: number, partition: number, stateful: boolean): Task {
  const id = { subtopology, partition }
  return { id, name: taskName(id), stateful }
}

export function namesOf(tasks: Iterable<Task>): readonly string[] {
  return [...tasks].map(({ name }) => name)
}

/** Processes with disks and running tasks, and changelogs that have an end: it does what assignments say. */
export class Cluster {
  readonly tasks: readonly Task[]
  readonly ends: ReadonlyMap<string, number>
  readonly config: AssignmentConfig
  processes: readonly ProcessSpec[]
  readonly cooperative: boolean
  /** By process: offset sums by task. */
  readonly disks: Map<string, Map<string, number>> = new Map()
  /** Active tasks by member. */
  running: Map<string, Set<string>> = new Map()
  #promised: ReadonlyMap<string, string> = new Map()
  /** Standbys by member. */
  standing: Map<string, Set<string>> = new Map()

  constructor(spec: ClusterSpec) {
    this.tasks = spec.tasks
    this.ends = spec.ends
    this.config = spec.config
    this.processes = spec.processes
    this.cooperative = spec.cooperative
    for (const { process, task, sum } of spec.found) this.#disk(process).set(task, sum)
    for (const { member, task } of spec.runners) {
      this.running.set(member, new Set([...(this.running.get(member) ?? []), task]))
      const end = this.ends.get(task)
      if (end !== undefined) this.#disk(processOf(member)).set(task, end)
    }
  }

  get model(): GroupModel {
    return {
      tasks: this.tasks,
      members: this.processes.flatMap((process) => this.#members(process)),
      leader: this.processes[0]!.id,
      endOffsetSums: this.ends,
      promised: this.#promised,
      config: this.config,
    }
  }

  /** One rebalance, after which active tasks are restored and standbys get on by so many records. */
  rebalance(records: number = Number.POSITIVE_INFINITY): GroupAssignments {
    const assignments = assignGroup(this.model)
    this.running = new Map()
    this.standing = new Map()
    this.#promised = new Map(
      [...assignments.members].flatMap(([memberId, { promised }]) =>
        promised.map(({ name }) => [name, memberId]),
      ),
    )
    for (const [memberId, { active, standby }] of assignments.members) {
      const disk = this.#disk(processOf(memberId))
      this.running.set(memberId, new Set(active.map(({ name }) => name)))
      this.standing.set(memberId, new Set(standby.map(({ name }) => name)))
      for (const { name, stateful } of active) if (stateful) disk.set(name, this.ends.get(name)!)
      for (const { name } of standby) {
        const end = this.ends.get(name)!
        const held = disk.get(name) ?? 0
        // Beyond the end it is of another log, and is restored from the beginning.
        disk.set(name, Math.min(end, (held > end ? 0 : held) + records))
      }
    }
    return assignments
  }

  /** Rebalances until nobody asks for another one. @returns how often; the last assignments. */
  settle(records?: number, limit = 1000): { readonly rounds: number; readonly last: GroupAssignments } {
    for (let rounds = 1; rounds <= limit; rounds++) {
      const last = this.rebalance(records)
      if ([...last.members.values()].every(({ rebalance }) => rebalance === 'none')) return { rounds, last }
    }
    throw new Error(`still rebalancing after ${limit} rounds`)
  }

  /** Processes leave, with their disks, and others come. */
  become(processes: readonly ProcessSpec[]): void {
    this.processes = processes
    const ids = new Set(processes.map(({ id }) => id))
    for (const id of this.disks.keys()) if (!ids.has(id)) this.disks.delete(id)
    const memberIds = new Set(processes.flatMap(memberIdsOf))
    for (const tasks of [this.running, this.standing])
      for (const member of tasks.keys()) if (!memberIds.has(member)) tasks.delete(member)
  }

  /** State that no thread uses is told by the first one. */
  #members(process: ProcessSpec): readonly GroupMember[] {
    const { id, zone } = process
    const ids = memberIdsOf(process)
    const running = (member: string): ReadonlySet<string> => this.running.get(member) ?? new Set()
    const standing = (member: string): ReadonlySet<string> => this.standing.get(member) ?? new Set()
    const used = new Set(ids.flatMap((member) => [...running(member), ...standing(member)]))
    const disk = [...this.#disk(id)]
    return ids.map((memberId, n) => ({
      memberId,
      processId: id,
      clientTags: new Map([['zone', zone]]),
      offsetSums: new Map([
        ...disk.filter(([name]) => standing(memberId).has(name) || (n === 0 && !used.has(name))),
        ...[...running(memberId)]
          // One that does not tell what it owns says so here, of stateless tasks too.
          .filter((name) => this.ends.has(name) || !this.cooperative)
          .map((name) => [name, latestOffsetSum] as const),
      ]),
      owned: this.cooperative ? running(memberId) : new Set<string>(),
    }))
  }

  #disk(process: string): Map<string, number> {
    const disk = this.disks.get(process) ?? new Map<string, number>()
    this.disks.set(process, disk)
    return disk
  }
}

function memberIdsOf({ id, threads }: ProcessSpec): readonly string[] {
  return Array.from({ length: threads }, (_, n) => `${id}/${n}`)
}

function processOf(memberId: string): string {
  return memberId.split('/')[0]!
}

const processes = fc
  .array(fc.record({ threads: fc.integer({ min: 1, max: 3 }), zone: fc.constantFrom('a', 'b', 'c') }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((list) => list.map((process, index): ProcessSpec => ({ id: `process-${index}`, ...process })))

const subtopologies = fc.array(
  fc.record({ partitions: fc.integer({ min: 1, max: 7 }), stateful: fc.boolean(), end: fc.nat(50_000) }),
  { minLength: 1, maxLength: 4 },
)

/** A group as it is found. */
export interface ClusterSpec extends ClusterFacts {
  readonly found: readonly { readonly process: string; readonly task: string; readonly sum: number }[]
  readonly runners: readonly { readonly member: string; readonly task: string }[]
}

/** A group that begins: nobody has anything. */
export const newCluster: fc.Arbitrary<ClusterSpec> = fc
  .record({
    subtopologies,
    processes,
    config: fc.record({
      acceptableRecoveryLag: fc.constantFrom(0, 10_000, Number.POSITIVE_INFINITY),
      maxWarmupReplicas: fc.integer({ min: 1, max: 3 }),
      numStandbyReplicas: fc.nat(2),
      rackAwareAssignmentTags: fc.constantFrom([], ['zone']),
    }),
    cooperative: fc.boolean(),
  })
  .map(({ subtopologies: list, ...spec }) => {
    const tasks = list.flatMap(({ partitions, stateful }, subtopology) =>
      Array.from({ length: partitions }, (_, partition) => makeTask(subtopology, partition, stateful)),
    )
    const ends = tasks.flatMap(({ id, name, stateful }) =>
      stateful ? [[name, list[id.subtopology]!.end + id.partition] as const] : [],
    )
    return { tasks, ends: new Map(ends), ...spec, found: [], runners: [] }
  })

/** A group in the middle of its life: whatever lies on the disks, and a task runs at one member at most. */
export const anyCluster: fc.Arbitrary<ClusterSpec> = fc
  .tuple(
    newCluster,
    fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(60_000)), { maxLength: 40 }),
    fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 }),
  )
  .map(([spec, found, runners]) => {
    const members = spec.processes.flatMap(memberIdsOf)
    const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!
    const disks = found.map(([process, task, sum]) => ({
      process: pick(spec.processes, process).id,
      task: pick(spec.tasks, task),
      sum,
    }))
    const owners = new Map(
      runners.map(([task, member]) => [pick(spec.tasks, task).name, pick(members, member)]),
    )
    return {
      ...spec,
      found: disks.flatMap(({ task, ...disk }) => (task.stateful ? [{ ...disk, task: task.name }] : [])),
      runners: [...owners].map(([task, member]) => ({ task, member })),
    }
  })

/** Processes that a group may be made of next: some of those it has, or none, and others. */
export const otherProcesses: fc.Arbitrary<readonly ProcessSpec[]> = fc
  .tuple(processes, fc.nat(4))
  .map(([list, shift]) => list.map((process, n) => ({ ...process, id: `process-${n + shift}` })))
