import { StreamsError } from '../core/errors.ts'
import type { Graph, GraphNode, Step } from '../plan/graph.ts'
import { checkName, prefixes } from '../plan/naming.ts'
import type { Suppressed } from '../plan/node.ts'
import type { SuppressStoreSpec } from '../plan/store-spec.ts'
import type { Windows } from '../plan/windows.ts'
import { type BuildContext, requireSerde } from './context.ts'
import { loggingOf } from './logging-options.ts'
import type { NamedOptions } from './options.ts'
import type { Suppression } from './suppressed.ts'
import { suppressedTable } from './table-node.ts'
import type { TablePosition } from './table-position.ts'

const call = 'suppress'

/** KTable.suppress: a node with a buffer behind the table. */
export function addSuppress(
  context: BuildContext,
  of: TablePosition,
  suppression: Suppression<never>,
  options: NamedOptions,
): TablePosition {
  if (of.versioned)
    throw new StreamsError('topology-invalid', 'suppress: the table is versioned, or made of a versioned one')
  const { graph, naming } = context
  // A name given uses up no index, neither of the node nor of the store (KTableImpl.suppress).
  const name =
    options.name === undefined
      ? naming.node(prefixes.tableSuppress)
      : checkName(options.name, `${call}: name`)
  const suppressed = suppressedOf(graph, of.node, suppression)
  const { changelog, topicConfig } = suppression.options
  const store: SuppressStoreSpec = {
    kind: 'suppress-buffer',
    name: options.name === undefined ? naming.store(prefixes.tableSuppress) : `${name}-store`,
    keySerde: requireSerde(context, of.keySerde, 'key', call, 'give it where the table is made'),
    valueSerde: requireSerde(context, of.valueSerde, 'value', call, 'give it where the table is made'),
    engine: 'memory',
    ...loggingOf(
      { ...(changelog === false && { changelog: 'off' }), ...(topicConfig && { topicConfig }) },
      call,
    ),
    caching: false,
  }
  // What has been emitted for a key is known from the old value of the first update held back.
  of.sendOldValues(true)
  const spec = { kind: 'suppress', name, suppressed, store: store.name } as const
  const node = graph.add({ kind: 'operator', node: spec, stores: [store] }, [of.node])
  return suppressedTable({ of, node, buffer: store.name })
}

function suppressedOf(
  graph: Graph,
  node: GraphNode,
  { until, limitMs, options }: Suppression<never>,
): Suppressed {
  const { maxRecords, maxBytes, onFull } = options
  return {
    until,
    ms: limitMs ?? graceOf(graph, node, ''),
    ...(maxRecords !== undefined && { maxRecords }),
    ...(maxBytes !== undefined && { maxBytes }),
    onFull,
  }
}

/**
 * The grace of the windows that the table is made of; the longest, if it is made of several (GraphGraceSearchUtil).
 * @throws StreamsError `topology-invalid` if there are none.
 */
function graceOf(graph: Graph, { id, parents }: GraphNode, chain: string): number {
  const step = graph.nodes[id]!.step
  const windows = windowsOf(step)
  if (windows) return closeDelay(windows)
  const path = chain === '' ? stepName(step) : `${stepName(step)}->${chain}`
  if (parents.length === 0)
    throw new StreamsError(
      'topology-invalid',
      `suppress: only windows close, and there are none before it: ${path}`,
    )
  return Math.max(...parents.map((parent) => graceOf(graph, graph.nodes[parent]!, path)))
}

/** How long after its end a window may still change: a session may also grow together with one that begins later. */
function closeDelay(windows: Windows): number {
  switch (windows.kind) {
    case 'unlimited':
      return 0
    case 'session':
      return windows.graceMs + windows.gapMs
    default:
      return windows.graceMs
  }
}

function windowsOf(step: Step): Windows | undefined {
  return step.kind === 'operator' && step.node.kind === 'aggregate' ? step.node.windows : undefined
}

function stepName(step: Step): string {
  switch (step.kind) {
    case 'compound':
      return step.nodes.at(-1)!.node.name
    case 'repartition':
      return step.names.source
    case 'state-store':
      return step.store.name
    case 'global-store':
      return step.processor.name
    default:
      return step.node.name
  }
}
