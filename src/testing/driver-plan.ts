import { type SourceNode, topicName } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { Subtopology } from '../plan/subtopology.ts'
import { topicMatches } from '../plan/topic-pattern.ts'

/** The plan with other stores: what a test driver runs may log otherwise than the topology says. */
export function withStores(plan: Plan, change: (store: StoreSpec) => StoreSpec): Plan {
  const changed = new Map(plan.stores.map((store) => [store.name, change(store)]))
  const stores = (list: readonly StoreSpec[]): readonly StoreSpec[] =>
    list.map(({ name }) => changed.get(name)!)
  return {
    ...plan,
    stores: stores(plan.stores),
    subtopologies: plan.subtopologies.map((part): Subtopology => ({ ...part, stores: stores(part.stores) })),
  }
}

/** The source that reads a topic, given by its real name. */
export function readerOf(plan: Plan, applicationId: string, topic: string): SourceNode | undefined {
  const sources = plan.subtopologies.flatMap((subtopology) => subtopology.sources)
  const byName = sources.find(({ topics, internal }) =>
    topics.some((name) => topicName(applicationId, name, internal) === topic),
  )
  return byName ?? sources.find(({ pattern }) => pattern && topicMatches(pattern, topic))
}
