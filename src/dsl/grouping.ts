import { StreamsError } from '../core/errors.ts'
import type { GraphNode } from '../plan/graph.ts'
import { checkName } from '../plan/naming.ts'
import type { Serde } from '../serde/serde.ts'
import type { BuildContext, StreamPosition } from './context.ts'
import type { GroupOptions } from './options.ts'

/**
 * A grouped stream's place in the graph. Whether its records are repartitioned, and under which name, is decided
 * when an aggregation asks: the topic may be named after the aggregation's store (Java's GroupedStreamAggregateBuilder).
 */
export class Grouping {
  readonly #context: BuildContext
  readonly #at: StreamPosition
  readonly #call: string
  readonly #name: string | undefined
  #repartition: GraphNode | undefined

  constructor(
    context: BuildContext,
    at: StreamPosition,
    call: string,
    options: GroupOptions<unknown, unknown>,
  ) {
    if (options.name !== undefined) checkName(options.name, `${call}: name`)
    this.#context = context
    this.#at = {
      ...at,
      keySerde: options.key ?? at.keySerde,
      valueSerde: options.value ?? at.valueSerde,
    }
    this.#call = call
    this.#name = options.name
  }

  /** @throws StreamsError `serde-missing` */
  keySerde(neededBy: string): Serde<unknown> {
    return this.#at.keySerde ?? this.#missing('key', neededBy)
  }

  /** The node that feeds an aggregation into `store`. @throws StreamsError `serde-missing` */
  parent(store: string, neededBy: string): GraphNode {
    if (!this.#at.keyChanged) return this.#at.node
    const { graph, naming } = this.#context
    const names = naming.repartition(this.#name ?? store)
    if (this.#repartition && this.#name !== undefined) {
      // Aggregations of one named group share its topic; the indexes above are used up all the same.
      this.#repartition = graph.reuse(this.#repartition)
      return this.#repartition
    }
    const keySerde = this.keySerde(neededBy)
    const valueSerde = this.#at.valueSerde ?? this.#missing('value', neededBy)
    this.#repartition = graph.add({ kind: 'repartition', names, keySerde, valueSerde }, [this.#at.node])
    return this.#repartition
  }

  #missing(part: 'key' | 'value', neededBy: string): never {
    const changed = part === 'key' ? 'selectKey' : 'mapValues'
    throw new StreamsError(
      'serde-missing',
      `${neededBy}: the ${part} serde is unknown after ${changed}; give it as ${this.#call}({ ${part}: ... })`,
    )
  }
}
