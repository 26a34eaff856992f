import { planDescription, type TopologyDescription } from './description.ts'
import { changelogTopic } from './internal-topics.ts'
import { topicName } from './node.ts'
import type { Plan } from './plan.ts'
import { planHash } from './plan-hash.ts'
import { type StoreSpec, storeFingerprint } from './store-spec.ts'

/**
 * A topology as data that can be kept in a file and compared with a later one: its nodes, and what it leaves behind in
 * Kafka and on disk under the application's name.
 */
export interface TopologyDocument extends TopologyDescription {
  readonly format: 1
  /** SHA-256 of the plan. */
  readonly hash: string
  readonly stores: readonly StoreDocument[]
  readonly repartitionTopics: readonly RepartitionDocument[]
}

export interface StoreDocument {
  readonly name: string
  /** Whose tasks have it; absent for a global store. */
  readonly subtopology?: number
  readonly kind: StoreSpec['kind']
  readonly keySerde: string
  readonly valueSerde: string
  /** What its rows mean: under another one they are not read, but restored anew. */
  readonly fingerprint: string
  /** With `<application.id>` in place of the application id; absent if it has none of its own. */
  readonly changelogTopic?: string
  /** What it is restored from in place of a changelog. */
  readonly sourceTopic?: string
}

export interface RepartitionDocument {
  /** With `<application.id>` in place of the application id. */
  readonly name: string
  /** That reads it. */
  readonly subtopology: number
  readonly keySerde: string
  readonly valueSerde: string
  /** As many as the topology asks for; absent if they follow from its sources. */
  readonly partitions?: number
}

/** Stands for the application id in a `TopologyDocument`, which knows none. */
export const applicationIdPlaceholder = '<application.id>'

export function planDocument(plan: Plan): TopologyDocument {
  const { subtopologies, globalStores } = plan
  return {
    format: 1,
    hash: planHash(plan),
    ...planDescription(plan),
    stores: [
      ...subtopologies.flatMap(({ id, stores }) => stores.map((store) => storeDocument(store, id))),
      ...globalStores.map(({ store }) => storeDocument(store)),
    ],
    repartitionTopics: subtopologies.flatMap(({ id, sources }) =>
      sources
        .filter(({ internal }) => internal)
        .flatMap(({ topics, keySerde, valueSerde, partitions }) =>
          topics.map((topic) => ({
            name: topicName(applicationIdPlaceholder, topic, true),
            subtopology: id,
            keySerde: keySerde.name,
            valueSerde: valueSerde.name,
            ...(partitions !== undefined && { partitions }),
          })),
        ),
    ),
  }
}

function storeDocument(store: StoreSpec, subtopology?: number): StoreDocument {
  const { name, kind, keySerde, valueSerde, changelog, sourceTopic } = store
  return {
    name,
    ...(subtopology !== undefined && { subtopology }),
    kind,
    keySerde: keySerde.name,
    valueSerde: valueSerde.name,
    fingerprint: storeFingerprint(store),
    ...(changelog !== 'off' && { changelogTopic: changelogTopic(applicationIdPlaceholder, name) }),
    ...(sourceTopic !== undefined && { sourceTopic }),
  }
}
