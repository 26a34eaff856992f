import { StreamsError } from '../core/errors.ts'
import type { Plan } from './plan.ts'
import type { TableView } from './table-view.ts'

/**
 * A stream-table join with grace looks into the past, so its table must remember it (StreamTableJoinNode). Checked of the
 * whole plan, as a table may be given its store after the join.
 * @throws StreamsError `topology-invalid`
 */
export function checkJoinGrace({ nodes, stores }: Pick<Plan, 'nodes' | 'stores'>): void {
  const specs = new Map(stores.map((store) => [store.name, store]))
  for (const node of nodes) {
    if (node.kind !== 'stream-table-join' || node.graceMs === undefined) continue
    const { name, graceMs } = node
    const store = versionsIn(node.view)
    const spec = store === undefined ? undefined : specs.get(store)
    if (spec?.kind !== 'versioned') {
      throw new StreamsError(
        'topology-invalid',
        `${name}: KTable must be versioned to use a grace period in a stream table join.`,
      )
    }
    if (graceMs > spec.historyRetentionMs) {
      throw new StreamsError(
        'topology-invalid',
        `${name}: History retention must be at least grace period. Store '${spec.name}' keeps ${spec.historyRetentionMs} ms, the grace is ${graceMs} ms`,
      )
    }
  }
}

/** The store that a table's versions are read from. What a join or `suppress` makes of a versioned table has none (KIP-914). */
function versionsIn(view: TableView): string | undefined {
  switch (view.kind) {
    case 'store':
      return view.store
    case 'filter':
    case 'map-values':
    case 'transform-values':
      return versionsIn(view.of)
    default:
      return undefined
  }
}
