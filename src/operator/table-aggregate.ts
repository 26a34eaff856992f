import { StreamsError, unreachable } from '../core/errors.ts'
import type { StreamRecord } from '../core/record.ts'
import type { TableAggregateNode } from '../plan/node.ts'
import type { Change } from './change.ts'
import type { OperatorContext } from './context.ts'
import { guard } from './guard.ts'
import type { Operator } from './operator.ts'
import { TableUpdates } from './table-updates.ts'

/** An aggregate per group of a table's rows: old values are taken out, new ones put in (Java's KTableAggregate, KTableReduce). */
export class TableAggregateOperator implements Operator {
  readonly #updates: TableUpdates
  readonly #fold: Fold

  constructor(node: TableAggregateNode, context: OperatorContext, next: Operator) {
    this.#updates = new TableUpdates(node, context, next)
    this.#fold = foldOf(node)
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { key } = record
    if (key === null) throw new StreamsError('internal', 'the update of a group has no key')
    const { newValue, oldValue } = record.value as Change<unknown>
    const old = this.#updates.get(key)
    const removes = oldValue !== null && old !== undefined
    const rest = removes ? this.#fold.subtract(old.value, oldValue, key) : (old?.value ?? null)
    const aggregate = newValue === null ? rest : this.#fold.add(rest, newValue, key)
    // An update that neither takes nor adds is of its own time, even if the aggregate is younger.
    const timestamp =
      old && (removes || newValue !== null) ? Math.max(record.timestamp, old.timestamp) : record.timestamp
    this.#updates.put({ ...record, value: aggregate, timestamp }, old?.value ?? null)
  }
}

interface Fold {
  /** @param aggregate null if there is none yet. */
  add(aggregate: unknown, value: unknown, key: unknown): unknown
  subtract(aggregate: unknown, value: unknown, key: unknown): unknown
}

function foldOf({ name, aggregation, subtract }: TableAggregateNode): Fold {
  switch (aggregation.kind) {
    case 'count':
      return {
        add: (count) => ((count as number | null) ?? 0) + 1,
        subtract: (count) => (count as number) - 1,
      }
    case 'reduce': {
      const add = guard(name, aggregation.add)
      return {
        add: (aggregate, value) => (aggregate === null ? value : (add(aggregate, value) ?? null)),
        subtract: nullable(guard(name, subtract)),
      }
    }
    case 'aggregate': {
      const init = guard(name, aggregation.init)
      const add = nullable(guard(name, aggregation.add))
      return {
        add: (aggregate, value, key) => add(aggregate === null ? init() : aggregate, value, key),
        subtract: nullable(guard(name, subtract)),
      }
    }
    default:
      return unreachable(aggregation)
  }
}

type Folder = Fold['add']

/** What returns nothing deletes. */
function nullable(fold: Folder): Folder {
  return (aggregate, value, key) => fold(aggregate, value, key) ?? null
}
