import { StreamsError, unreachable } from '../core/errors.ts'
import type { PlanNode } from '../plan/node.ts'
import { AggregateOperator } from './aggregate.ts'
import { BranchOperator } from './branch.ts'
import { ChildrenByName } from './children.ts'
import type { OperatorContext } from './context.ts'
import { FilterOperator } from './filter.ts'
import { ForeignTableOperator } from './fk-foreign-table.ts'
import { ResponseJoinOperator } from './fk-response-join.ts'
import { SubscriptionJoinOperator } from './fk-subscription-join.ts'
import { SubscriptionReceiveOperator } from './fk-subscription-receive.ts'
import { SubscriptionSendOperator } from './fk-subscription-send.ts'
import { FlatMapOperator } from './flat-map.ts'
import { FlatMapValuesOperator } from './flat-map-values.ts'
import { JoinWindowOperator } from './join-window.ts'
import { MapOperator } from './map.ts'
import { MapValuesOperator } from './map-values.ts'
import type { Operator } from './operator.ts'
import { PassThroughOperator } from './pass-through.ts'
import { PeekOperator } from './peek.ts'
import { ProcessOperator } from './process.ts'
import { RepartitionFilterOperator } from './repartition-filter.ts'
import { SelectKeyOperator } from './select-key.ts'
import { SelfJoinOperator } from './self-join.ts'
import { SessionAggregateOperator } from './session-aggregate.ts'
import { SinkOperator } from './sink.ts'
import { SlidingAggregateOperator } from './sliding-aggregate.ts'
import { SourceOperator } from './source.ts'
import { StreamGlobalJoinOperator } from './stream-global-join.ts'
import { StreamJoinOperator } from './stream-join.ts'
import { StreamTableJoinOperator } from './stream-table-join.ts'
import { SuppressOperator } from './suppress.ts'
import { TableAggregateOperator } from './table-aggregate.ts'
import { TableFilterOperator } from './table-filter.ts'
import { TableGroupByOperator } from './table-group-by.ts'
import { TableJoinOperator } from './table-join.ts'
import { TableJoinMergeOperator } from './table-join-merge.ts'
import { TableMapValuesOperator } from './table-map-values.ts'
import { TableSourceOperator } from './table-source.ts'
import { TableTransformValuesOperator } from './table-transform-values.ts'
import { ToStreamOperator } from './to-stream.ts'
import { WindowAggregateOperator } from './window-aggregate.ts'

export interface BuiltOperators {
  /** By the name of their node. */
  readonly sources: ReadonlyMap<string, SourceOperator>
  /** In the plan's order, sources included. */
  readonly operators: readonly Operator[]
}

/** Stands between an operator and those that hand it records. */
export type Guard = (node: PlanNode, operator: Operator) => Operator

/**
 * Makes the operators of one task, wired to each other.
 * @param nodes in the plan's order.
 * @param guard put before each operator, to meet what it throws.
 */
export function buildOperators(
  nodes: readonly PlanNode[],
  context: OperatorContext,
  guard: Guard = (_node, operator) => operator,
): BuiltOperators {
  const children = childNames(nodes)
  const guarded = new Map<string, Operator>()
  const sources = new Map<string, SourceOperator>()
  const operators: Operator[] = []
  // Children first: an operator is made with what comes behind it.
  for (const node of [...nodes].reverse()) {
    const behind = (children.get(node.name) ?? []).map(
      (name) => [name, operatorNamed(guarded, name)] as const,
    )
    const operator = buildOperator(node, context, new ChildrenByName(node.name, new Map(behind)))
    if (operator instanceof SourceOperator) sources.set(node.name, operator)
    else guarded.set(node.name, guard(node, operator))
    operators.unshift(operator)
  }
  return { sources, operators }
}

/** By parent, in the plan's order. */
function childNames(nodes: readonly PlanNode[]): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>()
  for (const { name, parents } of nodes) {
    for (const parent of parents) {
      const names = children.get(parent)
      if (names) names.push(name)
      else children.set(parent, [name])
    }
  }
  return children
}

function buildOperator(node: PlanNode, context: OperatorContext, children: ChildrenByName): Operator {
  const next = children.all
  switch (node.kind) {
    case 'source':
      return new SourceOperator(node, context, next)
    case 'sink':
      return new SinkOperator(node, context)
    case 'repartition-filter':
      return new RepartitionFilterOperator(node, context, next)
    case 'filter':
      return new FilterOperator(node, next)
    case 'map-values':
      return new MapValuesOperator(node, next)
    case 'select-key':
      return new SelectKeyOperator(node, next)
    case 'map':
      return new MapOperator(node, next)
    case 'flat-map':
      return new FlatMapOperator(node, next)
    case 'flat-map-values':
      return new FlatMapValuesOperator(node, next)
    case 'peek':
      return new PeekOperator(node, next)
    case 'branch':
      return new BranchOperator(node, children)
    case 'pass-through':
      return new PassThroughOperator(next)
    case 'process':
      return new ProcessOperator(node, context, children)
    case 'aggregate':
      return aggregateOperator(node, context, next)
    case 'table-source':
      return new TableSourceOperator(node, context, next)
    case 'table-filter':
      return new TableFilterOperator(node, context, next)
    case 'table-map-values':
      return new TableMapValuesOperator(node, context, next)
    case 'table-transform-values':
      return new TableTransformValuesOperator(node, context, next)
    case 'table-group-by':
      return new TableGroupByOperator(node, next)
    case 'table-aggregate':
      return new TableAggregateOperator(node, context, next)
    case 'to-stream':
      return new ToStreamOperator(next)
    case 'join-window':
      return new JoinWindowOperator(node, context, next)
    case 'stream-join':
      return new StreamJoinOperator(node, context, next)
    case 'self-join':
      return new SelfJoinOperator(node, context, next)
    case 'stream-table-join':
      return new StreamTableJoinOperator(node, context, next)
    case 'stream-global-join':
      return new StreamGlobalJoinOperator(node, context, next)
    case 'table-join':
      return new TableJoinOperator(node, context, next)
    case 'table-join-merge':
      return new TableJoinMergeOperator(node, context, next)
    case 'suppress':
      return new SuppressOperator(node, context, next)
    case 'fk-subscription-send':
      return new SubscriptionSendOperator(node, context, next)
    case 'fk-subscription-receive':
      return new SubscriptionReceiveOperator(node, context, next)
    case 'fk-subscription-join':
      return new SubscriptionJoinOperator(node, context, next)
    case 'fk-foreign-table':
      return new ForeignTableOperator(node, context, next)
    case 'fk-response-join':
      return new ResponseJoinOperator(node, context, next)
    default:
      return unreachable(node)
  }
}

function aggregateOperator(
  node: Extract<PlanNode, { readonly kind: 'aggregate' }>,
  context: OperatorContext,
  next: Operator,
): Operator {
  switch (node.windows?.kind) {
    case undefined:
      return new AggregateOperator(node, context, next)
    case 'time':
    case 'unlimited':
      return new WindowAggregateOperator(node, node.windows, context, next)
    case 'sliding':
      return new SlidingAggregateOperator(node, node.windows, context, next)
    case 'session':
      return new SessionAggregateOperator(node, node.windows, context, next)
    default:
      return unreachable(node.windows)
  }
}

function operatorNamed(built: ReadonlyMap<string, Operator>, name: string): Operator {
  const operator = built.get(name)
  if (operator) return operator
  throw new StreamsError('internal', `${name} comes before its parent`)
}
