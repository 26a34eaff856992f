import { StreamsError } from '../core/errors.ts'
import type { StreamRecord } from '../core/record.ts'
import { evaluateField } from '../expr/evaluate.ts'
import type { KeyInWindow } from '../expr/expression.ts'
import { windowKeyText } from '../expr/window-key.ts'
import type { SelectKeyNode } from '../plan/node.ts'
import { guard } from './guard.ts'
import type { Operator } from './operator.ts'

/** A key that is absent is a null key. */
export class SelectKeyOperator implements Operator {
  readonly #select: (value: unknown, key: unknown) => unknown
  readonly #next: Operator

  constructor(node: SelectKeyNode, next: Operator) {
    this.#select = selector(node)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    this.#next.process({ ...record, key: this.#select(record.value, record.key) ?? null })
  }
}

function selector({ name, expression, lambda }: SelectKeyNode): (value: unknown, key: unknown) => unknown {
  if (expression?.kind === 'field') return evaluateField(expression)
  if (expression) {
    const text = windowKeyText(expression)
    return (_value, key) => text(key as KeyInWindow)
  }
  if (lambda) return guard(name, lambda)
  throw new StreamsError('internal', `${name} has neither expression nor lambda`)
}
