import { Graph } from '../plan/graph.ts'
import { Naming, prefixes } from '../plan/naming.ts'
import { buildPlan, type Plan } from '../plan/plan.ts'
import { type BuildContext, nodeName } from './context.ts'
import type { NamedOptions } from './options.ts'
import { KStream } from './stream.ts'
import type { Topic } from './topic.ts'

/** Collects the steps of a topology. `topology` hands one to its build function. */
export class StreamsBuilder {
  readonly #context: BuildContext

  constructor() {
    const context: BuildContext = {
      graph: new Graph(),
      naming: new Naming(),
      stream: (at) => new KStream(context, at),
    }
    this.#context = context
  }

  /**
   * Reads a topic, which must exist. Calls for the same topic share one source. Records whose timestamp is negative
   * are dropped.
   */
  stream<K, V, Nullable extends boolean>(
    topic: Topic<K, V, Nullable>,
    options: NamedOptions = {},
  ): KStream<K, Nullable extends true ? V | null : V> {
    const name = nodeName(this.#context, prefixes.source, `stream('${topic.name}')`, options.name)
    const node = this.#context.graph.add({
      kind: 'source',
      node: {
        kind: 'source',
        name,
        topics: [topic.name],
        internal: false,
        keySerde: topic.key,
        valueSerde: topic.value,
        ...(topic.timestamp && { timestamp: topic.timestamp }),
      },
    })
    const { key: keySerde, value: valueSerde } = topic
    return this.#context.stream({ node, keySerde, valueSerde, keyChanged: false })
  }

  /** @throws StreamsError `topology-invalid` */
  build(): Plan {
    return buildPlan(this.#context.graph.nodes)
  }
}
