import { compareText, type GroupMember, type GroupModel } from './group-model.ts'

/** Ids of members by task name, sorted. */
export type Owners = ReadonlyMap<string, readonly string[]>

/** The members that own each active task: one, unless another has not heard yet that it lost it. */
export function ownersOf(members: readonly GroupMember[]): Owners {
  const owners = new Map<string, string[]>()
  for (const { memberId, owned } of [...members].sort((a, b) => compareText(a.memberId, b.memberId)))
    for (const name of owned) {
      const others = owners.get(name)
      if (others) others.push(memberId)
      else owners.set(name, [memberId])
    }
  return owners
}

/** The owners of each task or, where there is none, the member that it is promised to. */
export function claimantsOf({ members, promised }: GroupModel): Owners {
  const owners = ownersOf(members)
  const ids = new Set(members.map(({ memberId }) => memberId))
  const promises = [...promised].filter(([name, memberId]) => !owners.has(name) && ids.has(memberId))
  return new Map([...owners, ...promises.map(([name, memberId]) => [name, [memberId]] as const)])
}
