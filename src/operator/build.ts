import { StreamsError, unreachable } from '../core/errors.ts'
import type { PlanNode } from '../plan/node.ts'
import { childrenOf, type Subtopology } from '../plan/subtopology.ts'
import { AggregateOperator } from './aggregate.ts'
import type { OperatorContext } from './context.ts'
import { FilterOperator } from './filter.ts'
import { MapValuesOperator } from './map-values.ts'
import { fanOut, type Operator } from './operator.ts'
import { RepartitionFilterOperator } from './repartition-filter.ts'
import { SelectKeyOperator } from './select-key.ts'
import { SinkOperator } from './sink.ts'
import { SourceOperator } from './source.ts'
import { ToStreamOperator } from './to-stream.ts'
import { WindowAggregateOperator } from './window-aggregate.ts'

/** Makes the operators of one task. @returns its sources by name, wired to everything behind them. */
export function buildOperators(
  subtopology: Subtopology,
  context: OperatorContext,
): Map<string, SourceOperator> {
  const built = new Map<string, Operator>()
  const sources = new Map<string, SourceOperator>()
  // Children first: an operator is made with what comes behind it.
  for (const node of [...subtopology.nodes].reverse()) {
    const next = fanOut(childrenOf(subtopology, node.name).map(({ name }) => operatorNamed(built, name)))
    if (node.kind === 'source') sources.set(node.name, new SourceOperator(node, context, next))
    else built.set(node.name, buildOperator(node, context, next))
  }
  return sources
}

function buildOperator(
  node: Exclude<PlanNode, { readonly kind: 'source' }>,
  context: OperatorContext,
  next: Operator,
): Operator {
  switch (node.kind) {
    case 'filter':
      return new FilterOperator(node, next)
    case 'map-values':
      return new MapValuesOperator(node, next)
    case 'select-key':
      return new SelectKeyOperator(node, next)
    case 'aggregate':
      return node.windows
        ? new WindowAggregateOperator(node, node.windows, context, next)
        : new AggregateOperator(node, context, next)
    case 'to-stream':
      return new ToStreamOperator(next)
    case 'repartition-filter':
      return new RepartitionFilterOperator(node, context, next)
    case 'sink':
      return new SinkOperator(node, context)
    default:
      return unreachable(node)
  }
}

function operatorNamed(built: ReadonlyMap<string, Operator>, name: string): Operator {
  const operator = built.get(name)
  if (operator) return operator
  throw new StreamsError('internal', `${name} comes before its parent`)
}
