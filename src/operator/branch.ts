import type { StreamRecord } from '../core/record.ts'
import type { BranchNode } from '../plan/node.ts'
import type { ChildrenByName } from './children.ts'
import type { Operator } from './operator.ts'
import { predicateOf } from './predicate.ts'

interface Branch {
  readonly matches: (value: unknown, key: unknown) => boolean
  readonly next: Operator
}

/** Hands a record to the first branch that takes it (Java's KStreamBranch). */
export class BranchOperator implements Operator {
  readonly #branches: readonly Branch[]
  readonly #default: Operator | undefined

  constructor({ name, branches, defaultChild }: BranchNode, children: ChildrenByName) {
    this.#branches = branches.map(({ child, ...by }) => ({
      matches: predicateOf({ name, ...by }),
      next: children.named(child),
    }))
    this.#default = defaultChild === undefined ? undefined : children.named(defaultChild)
  }

  process(record: StreamRecord<unknown, unknown>): void {
    for (const { matches, next } of this.#branches) {
      if (!matches(record.value, record.key)) continue
      next.process(record)
      return
    }
    this.#default?.process(record)
  }
}
