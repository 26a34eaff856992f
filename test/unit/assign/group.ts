import { assignGroup, type GroupAssignments } from '../../../src/assign/assign-group.ts'
import type { GroupMember, GroupModel, Task } from '../../../src/assign/group-model.ts'
import { parseTaskId } from '../../../src/core/task-id.ts'

/** @param name such as `0_1`; stateful unless it ends with `-`. */
export function task(name: string): Task {
  const plain = name.replace('-', '')
  return { id: parseTaskId(plain), name: plain, stateful: plain === name }
}

export interface MemberSpec {
  readonly sums?: Readonly<Record<string, number>>
  readonly owned?: readonly string[]
  readonly tags?: Readonly<Record<string, string>>
}

/** @param id `<process>/<thread>`. */
export function member(id: string, { sums = {}, owned = [], tags = {} }: MemberSpec = {}): GroupMember {
  return {
    memberId: id,
    processId: id.split('/')[0]!,
    clientTags: new Map(Object.entries(tags)),
    offsetSums: new Map(Object.entries(sums)),
    owned: new Set(owned),
  }
}

type Overrides = Partial<GroupModel['config']> & {
  /** Without it the changelogs of each stateful task end at 100,000. */
  readonly ends?: 'unknown'
  readonly promised?: GroupModel['promised']
}

export function assign(
  tasks: readonly Task[],
  members: readonly GroupMember[],
  { ends, promised = new Map(), ...config }: Overrides = {},
): GroupAssignments {
  const stateful = tasks.filter((one) => one.stateful)
  return assignGroup({
    tasks,
    members,
    leader: members[0]!.processId,
    endOffsetSums: ends === 'unknown' ? undefined : new Map(stateful.map(({ name }) => [name, 100_000])),
    promised,
    config: {
      acceptableRecoveryLag: 10_000,
      maxWarmupReplicas: 2,
      numStandbyReplicas: 0,
      rackAwareAssignmentTags: [],
      ...config,
    },
  })
}

/** What each member gets: `active | standby`, and when it is to join again. */
export function told({ members }: GroupAssignments): Readonly<Record<string, string>> {
  const words = (tasks: readonly Task[]): readonly string[] => tasks.map(({ name }) => name)
  return Object.fromEntries(
    [...members].map(([id, { active, standby, rebalance }]) => [
      id,
      [...words(active), '|', ...words(standby), ...(rebalance === 'none' ? [] : [rebalance])].join(' '),
    ]),
  )
}
