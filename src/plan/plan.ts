import { checkExplicitNames } from './explicit-names.ts'
import { type GraphNode, type RepartitionStep, type Step, writeOrder } from './graph.ts'
import { checkJoinGrace } from './join-grace.ts'
import { mergeSources } from './merge-sources.ts'
import type { UnnamedStore } from './naming.ts'
import type { PlanNode, SourceNode } from './node.ts'
import { type Optimization, optimize } from './optimize.ts'
import { PlanBuilder } from './plan-builder.ts'
import type { ProcessorWrapper } from './processor-wrapper.ts'
import type { StoreSpec } from './store-spec.ts'
import type { Subtopology } from './subtopology.ts'

/** A whole topology as frozen data; lambdas and serdes are its only functions. */
export interface Plan {
  /** Parents before children, in Java's order; those of global stores are not among them. */
  readonly nodes: readonly PlanNode[]
  /** In the order in which Java registers, and flushes, them where one task runs all. */
  readonly stores: readonly StoreSpec[]
  readonly subtopologies: readonly Subtopology[]
  readonly globalStores: readonly GlobalStore[]
}

/** A store that every instance fills from a whole topic; no task of its own. */
export interface GlobalStore {
  /** It takes a number among the subtopologies. */
  readonly id: number
  readonly source: SourceNode
  readonly processor: PlanNode
  readonly store: StoreSpec
}

export interface PlanOptions {
  /** Java's `topology.optimization`; none if not given. */
  readonly optimize?: 'all' | readonly Optimization[]
  /** Java's `ensure.explicit.internal.resource.naming`: a store or internal topic with a generated name is an error. */
  readonly explicitNames?: boolean
  /** As of `Naming`, for that check. */
  readonly unnamedStores?: readonly UnnamedStore[]
  readonly wrap?: ProcessorWrapper
}

/**
 * Turns the steps of the DSL into a plan (InternalStreamsBuilder.buildAndOptimizeTopology).
 * @throws StreamsError `topology-invalid` if names clash, sources overlap and the like; `options-invalid` for an
 * unknown optimization.
 */
export function buildPlan(graph: readonly GraphNode[], options: PlanOptions = {}): Plan {
  const steps = writeOrder(optimize(mergeSources(graph), options.optimize ?? []))
  const builder = new PlanBuilder(options.wrap)
  const outputs = new Map<number, string>()
  for (const { id, parents, step } of steps) {
    const name = write(
      builder,
      step,
      parents.map((parent) => outputs.get(parent)!),
    )
    outputs.set(id, name)
  }
  const plan = builder.build()
  checkJoinGrace(plan)
  if (options.explicitNames) checkExplicitNames(plan, graph, options.unnamedStores ?? [])
  return plan
}

/** @returns the name of the node that children of the step are connected to. */
function write(builder: PlanBuilder, step: Step, parents: readonly string[]): string {
  switch (step.kind) {
    case 'source':
      // Its step may have a parent: the sink that fills the topic is written first.
      builder.addSource({ ...step.node, parents: [] })
      return step.node.name
    case 'operator':
      builder.addNode({ ...step.node, parents: unique(parents) }, step.stores)
      return step.node.name
    case 'compound': {
      for (const store of step.stores) builder.addStateStore(store)
      for (const { node, parents: of } of step.nodes) {
        const named = unique(of.map((parent) => (typeof parent === 'string' ? parent : parents[parent]!)))
        const written = { ...node, parents: named }
        if (written.kind === 'source') builder.addSource(written)
        else builder.addNode(written)
      }
      return step.nodes.at(-1)!.node.name
    }
    case 'repartition':
      writeRepartition(builder, step, parents)
      return step.names.source
    case 'state-store':
      builder.addStateStore(step.store)
      return step.store.name
    case 'global-store': {
      const { source, processor, store } = step
      builder.addGlobalStore({
        source: { ...source, parents: [] },
        processor: { ...processor, parents: [source.name] },
        store,
      })
      return processor.name
    }
  }
}

function writeRepartition(builder: PlanBuilder, step: RepartitionStep, parents: readonly string[]): void {
  const { names, keySerde, valueSerde, explicit, keepNullKeys, merged } = step
  const topic = { internal: true, keySerde, valueSerde } as const
  builder.addNode({
    kind: 'repartition-filter',
    name: names.filter,
    parents: unique(parents),
    ...(keepNullKeys && { keepNullKeys }),
  })
  builder.addNode({
    kind: 'sink',
    name: names.sink,
    parents: [names.filter],
    topic: names.topic,
    ...topic,
    partitionBy: 'output-key',
    ...(explicit?.partitioner && { partitioner: explicit.partitioner }),
  })
  builder.addSource({
    kind: 'source',
    name: names.source,
    parents: [],
    topics: [names.topic],
    ...topic,
    ...(explicit?.partitions !== undefined && { partitions: explicit.partitions }),
    ...(merged && { merged }),
  })
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}
