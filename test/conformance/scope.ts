import type { GlobalKTable, KStream, KTable, NamedOptions, StreamsBuilder } from '../../src/index.ts'
import type { RecordedCall, Step } from './case.ts'
import { topicDeclarations } from './topics.ts'
import { rendering } from './values.ts'

export type AnyStream = KStream<unknown, unknown>
export type AnyTable = KTable<unknown, unknown>
export type AnyGlobalTable = GlobalKTable<unknown, unknown>

/** What a run has recorded apart from records and stores. */
export class Observations {
  /** Index of the input being handled, -1 before the first. */
  input = -1
  readonly calls: Record<string, RecordedCall[]> = {}
  readonly branchKeys: Record<string, readonly string[]> = {}
  readonly queryable: Record<string, string> = {}

  called(tag: string, key: unknown, value: unknown): void {
    const call = { i: this.input, key: rendering(key), value: rendering(value) }
    this.calls[tag] = [...(this.calls[tag] ?? []), call]
  }
}

/** What the steps of one case share while its topology is built. */
export class Scope {
  readonly builder: StreamsBuilder
  readonly observations: Observations
  readonly topics: ReturnType<typeof topicDeclarations>
  readonly #results = new Map<string, unknown>()

  constructor(
    builder: StreamsBuilder,
    observations: Observations,
    config: Readonly<Record<string, unknown>>,
  ) {
    this.builder = builder
    this.observations = observations
    this.topics = topicDeclarations(config)
  }

  register(id: string | undefined, result: unknown): void {
    if (id !== undefined) this.#results.set(id, result)
  }

  from({ op, from }: Step): unknown {
    return this.#result(op, from)
  }

  with({ op, with: other }: Step): unknown {
    return this.#result(op, other)
  }

  stream(step: Step): AnyStream {
    return this.from(step) as AnyStream
  }

  table(step: Step): AnyTable {
    return this.from(step) as AnyTable
  }

  #result(op: string, id: string | undefined): unknown {
    if (id !== undefined && this.#results.has(id)) return this.#results.get(id)
    throw new Error(`${op}: nothing is called ${id}`)
  }
}

/** Adds one step; what it returns is what the step's id names from then on. */
export type StepBuilder = (step: Step, scope: Scope) => unknown

export function named({ name }: { readonly name?: string }): NamedOptions {
  return name === undefined ? {} : { name }
}

export function isTable(node: unknown): node is AnyTable {
  return typeof node === 'object' && node !== null && 'toStream' in node
}
