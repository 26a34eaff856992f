import type { OperatorContext } from './context.ts'

/** What the two sides of a left or outer join know together (Java's KStreamImplJoin.TimeTracker). */
export interface JoinTime {
  /** The latest record of either side, ms. */
  readonly stream: { value: number }
  /** No record waits that is earlier, as far as is known, which saves walks through the store. Infinity: none waits. */
  earliest: number
  /** Before this wall-clock time nobody looks again. */
  nextLook: number
}

/** By the time the task keeps for the join, which is one object for both sides. */
const times = new WeakMap<{ value: number }, JoinTime>()

/** @param name under which the sides share their time. */
export function joinTime(context: OperatorContext, name: string): JoinTime {
  const stream = context.operatorTime(name)
  const known = times.get(stream)
  if (known) return known
  const time: JoinTime = { stream, earliest: Number.POSITIVE_INFINITY, nextLook: 0 }
  times.set(stream, time)
  return time
}
