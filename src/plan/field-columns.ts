import type { ConditionNode, FieldNode } from '../expr/node.ts'
import type { Predicate } from '../kernel/program.ts'

/** The fields a program extracts, each once; conditions refer to them by number. */
export class FieldColumns {
  readonly #paths: (readonly string[])[] = []
  readonly #numbers = new Map<string, number>()

  get paths(): readonly (readonly string[])[] {
    return this.#paths
  }

  of({ path }: FieldNode): number {
    const name = JSON.stringify(path)
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    this.#numbers.set(name, this.#paths.length)
    return this.#paths.push(path) - 1
  }

  predicate(condition: ConditionNode): Predicate {
    switch (condition.kind) {
      case 'compare':
        return { kind: 'compare', field: this.of(condition.field), op: condition.op, value: condition.value }
      case 'not':
        return { kind: 'not', operand: this.predicate(condition.operand) }
      default:
        return {
          kind: condition.kind,
          left: this.predicate(condition.left),
          right: this.predicate(condition.right),
        }
    }
  }
}
