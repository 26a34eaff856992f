import type { StreamRecord } from '../core/record.ts'

/** What a node does with a record: synchronous, depth first, the children in the plan's order. */
export interface Operator {
  process(record: StreamRecord<unknown, unknown>): void
  /** Once, before the first record, in the plan's order. */
  init?(): void
  close?(): void
}

/** Hands each record to all children in turn. */
export function fanOut(children: readonly Operator[]): Operator {
  if (children.length === 1) return children[0]!
  return {
    process(record) {
      for (const child of children) child.process(record)
    },
  }
}
