import type { GraphNode } from '../plan/graph.ts'
import { checkName } from '../plan/naming.ts'
import type { Serde } from '../serde/serde.ts'
import { type BuildContext, requireSerde, type StreamPosition } from './context.ts'
import type { GroupOptions } from './options.ts'
import { repartition } from './repartition.ts'

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
    return this.#serde('key', this.#at.keySerde, neededBy)
  }

  /** @throws StreamsError `serde-missing` */
  valueSerde(neededBy: string): Serde<unknown> {
    return this.#serde('value', this.#at.valueSerde, neededBy)
  }

  /** The node that feeds an aggregation into `store`. @throws StreamsError `serde-missing` */
  parent(store: string, neededBy: string): GraphNode {
    const known = this.#name === undefined ? undefined : this.#repartition
    const node = this.input(store, neededBy, known)
    if (!this.#at.keyChanged) return node
    // Aggregations of one named group share its topic.
    this.#repartition = known ? this.#context.graph.reuse(known) : node
    return this.#repartition
  }

  /**
   * Where the group's records are in the partitions of their keys.
   * @param known what an earlier call returned, to be used again; indexes are used up all the same.
   * @throws StreamsError `serde-missing`
   */
  input(store: string, neededBy: string, known: GraphNode | undefined): GraphNode {
    if (!this.#at.keyChanged) return this.#at.node
    const name = this.#name ?? store
    if (known) {
      this.#context.naming.repartition(name)
      return known
    }
    const keySerde = this.keySerde(neededBy)
    const valueSerde = this.valueSerde(neededBy)
    return repartition(this.#context, this.#at, { name, keySerde, valueSerde }).node
  }

  #serde(part: 'key' | 'value', serde: Serde<unknown> | undefined, neededBy: string): Serde<unknown> {
    return requireSerde(this.#context, serde, part, neededBy, `give it as ${this.#call}({ ${part}: ... })`)
  }
}
