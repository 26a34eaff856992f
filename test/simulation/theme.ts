import { type Fault, pairName, pairs } from './pairs.ts'
import type { Step } from './steps.ts'
import type { WorkloadName } from './workload/names.ts'

/** One fault and one step that a seed lets meet often, and what it takes for the step to come at all. */
export interface Theme {
  readonly fault: Fault
  readonly step: Step
  readonly name: string
  /** How much more often than usual members and producers are refused. */
  readonly fencing: number
  /** One of the workloads. */
  readonly workload: WorkloadName | undefined
  /** It is about processes that close: there are several, which do it often, and leave the group. */
  readonly closing: boolean
}

/** How likely the fault is at the step, and how often it comes by it at most. */
export const themeChance = 0.6
export const themeTimes = 4

/** The others come often by themselves. */
const themes = pairs.filter(({ fault }) => !/reorder|delay|lost/.test(fault))
/** By so many neighbouring seeds are apart in the list: neighbours are about different faults. */
const stride = 37

/** So many seeds that follow each other have each theme once; stride and count have no common divisor. */
export const themeCount: number = themes.length

export function themeOf(seed: number): Theme {
  const { fault, step } = themes[(seed * stride) % themes.length]!
  const aborts = /EndTxn\(abort\)|InitProducerId/.test(step)
  const closes = /task close|LeaveGroup/.test(step)
  return {
    fault,
    step,
    name: pairName(fault, step),
    fencing: aborts ? 6 : 1,
    closing: closes,
    workload: step.startsWith('purge') ? 'pages' : undefined,
  }
}
