import { StreamsError } from '../core/errors.ts'
import { type GraphNode, type Step, writeOrder } from './graph.ts'
import { mergeSources } from './merge-sources.ts'
import type { PlanNode, SourceNode } from './node.ts'
import type { StoreSpec } from './store-spec.ts'
import { type Subtopology, subtopologies } from './subtopology.ts'

/** A whole topology as frozen data; lambdas and serdes are its only functions. */
export interface Plan {
  /** Parents before children, in Java's order. */
  readonly nodes: readonly PlanNode[]
  readonly stores: readonly StoreSpec[]
  readonly subtopologies: readonly Subtopology[]
}

/**
 * Turns the steps of the DSL into a plan.
 * @throws StreamsError `topology-invalid` if names clash or sources overlap.
 */
export function buildPlan(graph: readonly GraphNode[]): Plan {
  const steps = writeOrder(mergeSources(graph))
  const nodes = deepFreeze(writeNodes(steps))
  const stores = Object.freeze(
    steps.flatMap(({ step }) => (step.kind === 'operator' && step.store ? [Object.freeze(step.store)] : [])),
  )
  checkUnique('nodes', nodes)
  checkUnique('stores', stores)
  checkSources(nodes)
  return Object.freeze({ nodes, stores, subtopologies: subtopologies(nodes, stores) })
}

function writeNodes(steps: readonly GraphNode[]): PlanNode[] {
  const outputs = new Map<number, string>()
  return steps.flatMap(({ id, parents, step }) => {
    const nodes = write(
      step,
      parents.map((parent) => outputs.get(parent)!),
    )
    outputs.set(id, nodes.at(-1)!.name)
    return nodes
  })
}

function write(step: Step, parents: readonly string[]): PlanNode[] {
  switch (step.kind) {
    case 'source':
      return [{ ...step.node, parents }]
    case 'operator':
      return [{ ...step.node, parents }]
    case 'repartition': {
      const { names, keySerde, valueSerde } = step
      const topic = { internal: true, keySerde, valueSerde } as const
      return [
        { kind: 'repartition-filter', name: names.filter, parents },
        {
          kind: 'sink',
          name: names.sink,
          parents: [names.filter],
          topic: names.topic,
          ...topic,
          partitionBy: 'output-key',
        },
        { kind: 'source', name: names.source, parents: [], topics: [names.topic], ...topic },
      ]
    }
  }
}

function checkUnique(what: string, things: readonly { readonly name: string }[]): void {
  const names = new Set<string>()
  for (const { name } of things) {
    if (names.has(name)) throw new StreamsError('topology-invalid', `two ${what} are named '${name}'`)
    names.add(name)
  }
}

function checkSources(nodes: readonly PlanNode[]): void {
  const readers = new Map<string, SourceNode>()
  for (const node of nodes) {
    if (node.kind !== 'source') continue
    for (const topic of node.topics) {
      const other = readers.get(topic)
      if (other) {
        throw new StreamsError(
          'topology-invalid',
          `topic '${topic}' is read by two sources, ${other.name} and ${node.name}, that do not read the same topics`,
        )
      }
      readers.set(topic, node)
    }
  }
}

/** Freezes plain objects and arrays; serdes and functions belong to their makers. */
function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const member of Object.values(value)) {
    if (isPlain(member) && !Object.isFrozen(member)) deepFreeze(member)
  }
  return Object.freeze(value)
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return (
    Array.isArray(value) || (Object.getPrototypeOf(value) === Object.prototype && !('serialize' in value))
  )
}
