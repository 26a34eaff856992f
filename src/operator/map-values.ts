import { StreamsError } from '../core/errors.ts'
import type { StreamRecord } from '../core/record.ts'
import { evaluateCondition, evaluateField } from '../expr/evaluate.ts'
import type { ConditionNode, FieldNode } from '../expr/node.ts'
import type { MapValuesNode } from '../plan/node.ts'
import { guard } from './guard.ts'
import type { Operator } from './operator.ts'

export class MapValuesOperator implements Operator {
  readonly #map: (value: unknown, key: unknown) => unknown
  readonly #next: Operator

  constructor(node: MapValuesNode, next: Operator) {
    this.#map = mapper(node)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    this.#next.process({ ...record, value: this.#map(record.value, record.key) })
  }
}

/** A mapper of streams or tables, given as a projection or as a function. */
export function mapper({
  name,
  expression,
  lambda,
}: Pick<MapValuesNode, 'name' | 'expression' | 'lambda'>): (value: unknown, key: unknown) => unknown {
  if (expression) return projection(expression)
  if (lambda) return guard(name, lambda)
  throw new StreamsError('internal', `${name} has neither expression nor lambda`)
}

function projection(
  members: Readonly<Record<string, FieldNode | ConditionNode>>,
): (value: unknown) => unknown {
  const parts = Object.entries(members).map(([name, node]) => ({ name, read: evaluate(node) }))
  return (value) => {
    if (value === null) return null
    const result: Record<string, unknown> = {}
    for (const { name, read } of parts) {
      const member = read(value)
      if (member !== undefined) result[name] = member
    }
    return result
  }
}

function evaluate(node: FieldNode | ConditionNode): (value: unknown) => unknown {
  return node.kind === 'field' ? evaluateField(node) : evaluateCondition(node)
}
