import type { AggregateNode } from '../plan/node.ts'

/** How an aggregation folds values. */
export interface Aggregator {
  init(): unknown
  add(aggregate: unknown, value: unknown, key: unknown): unknown
}

const aggregators: Readonly<Record<AggregateNode['aggregate'], Aggregator>> = {
  count: { init: () => 0, add: (count) => (count as number) + 1 },
}

export function aggregatorOf(node: AggregateNode): Aggregator {
  return aggregators[node.aggregate]
}
