import { describedNodes } from './describe.ts'
import { lower } from './lower.ts'
import type { PlanNode } from './node.ts'
import type { Plan } from './plan.ts'

/** Where a node runs: `wasm` in a region of the kernel, `js` record at a time, and then why. */
export interface ExplainedNode {
  readonly subtopology: number
  readonly node: string
  readonly kind: PlanNode['kind']
  readonly runs: 'wasm' | 'js'
  readonly reason?: string
}

/** @param cache as of `lower`: whether the application has a record cache; by default it has. */
export function explainPlan(plan: Plan, cache = true): readonly ExplainedNode[] {
  return plan.subtopologies.flatMap((subtopology) => {
    const lowered = lower(subtopology, cache)
    return describedNodes(subtopology).map(({ node }): ExplainedNode => {
      const common = { subtopology: subtopology.id, node: node.name, kind: node.kind }
      return lowered.kind === 'region'
        ? { ...common, runs: 'wasm' }
        : { ...common, runs: 'js', reason: lowered.reason }
    })
  })
}

/** One line a node: `KSTREAM-SOURCE-0000000000 source [wasm]`. */
export function explainText(plan: Plan): string {
  let text = ''
  let current = -1
  for (const { subtopology, node, kind, runs, reason } of explainPlan(plan)) {
    if (subtopology !== current) text += `Sub-topology: ${subtopology}\n`
    current = subtopology
    text += `  ${node} ${kind} [${reason === undefined ? runs : `${runs}: ${reason}`}]\n`
  }
  return text
}
