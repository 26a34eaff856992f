import type { DeserializationHandler, ProcessingHandler, ProductionHandler } from '../core/error-handlers.ts'
import { describePlan } from '../plan/describe.ts'
import { planDescription, type TopologyDescription } from '../plan/description.ts'
import { type ExplainedNode, explainPlan, explainText } from '../plan/explain.ts'
import { planMermaid } from '../plan/mermaid.ts'
import type { Plan } from '../plan/plan.ts'
import { planHash } from '../plan/plan-hash.ts'
import { type BuildOptions, StreamsBuilder } from './builder.ts'
import type { KTable } from './table.ts'

/** Tables by the names under which they are queried; `KTable` of whatever types. */
export type Tables = Readonly<Record<string, Pick<KTable<unknown, unknown>, 'store'>>>

export type NoTables = Readonly<Record<never, never>>

/** A built topology. `T` is what the build function returned: it types queries and tests. */
export interface Topology<T extends Tables = Tables, Args = unknown> {
  /** URL of the module that exports it: worker threads load it from there, since functions cannot be sent. */
  readonly module: string
  readonly args: Args
  readonly tables: T
  readonly plan: Plan
  /** Of this topology, also in worker threads. */
  readonly handlers: TopologyHandlers
  /** SHA-256 of the plan; a worker thread's must equal the main thread's. */
  readonly hash: string
  /** The text of Java's `Topology.describe().toString()`, character for character; or the same as data. */
  describe(): string
  describe(format: 'json'): TopologyDescription
  /** The topology as a Mermaid flowchart. */
  toMermaid(): string
  /** Where each node runs, in the kernel or in JavaScript, and why. */
  explain(): string
  explain(format: 'json'): readonly ExplainedNode[]
  /** The same topology built with other args. */
  withArgs(args: Args): Topology<T, Args>
}

export interface TopologyBuildOptions extends BuildOptions {
  readonly handlers?: TopologyHandlers
}

/**
 * Error handlers that go with the topology: functions among the options of an application cannot be sent to worker
 * threads, which import the topology instead. They win over the application's.
 */
export interface TopologyHandlers {
  readonly deserializationHandler?: DeserializationHandler
  readonly processingHandler?: ProcessingHandler
  readonly productionHandler?: ProductionHandler
}

export interface TopologyOptions<Args> extends TopologyBuildOptions {
  /** Given to the build function; must survive structured cloning, on its way to worker threads. */
  readonly args: Args
}

/**
 * Builds a topology and names its tables:
 *
 *     export const clicks = topology(import.meta.url, (b) => {
 *       const counts = b.stream(userClicks).groupByKey().count()
 *       return { counts }
 *     })
 *
 * @param module `import.meta.url` of the module that exports the result.
 * @throws StreamsError `topology-invalid`, `serde-missing` naming the call.
 */
export function topology<Args>(
  module: string,
  build: (builder: StreamsBuilder, args: Args) => undefined,
  options: TopologyOptions<Args>,
): Topology<NoTables, Args>
export function topology<Args, const T extends Tables>(
  module: string,
  build: (builder: StreamsBuilder, args: Args) => T,
  options: TopologyOptions<Args>,
): Topology<T, Args>
export function topology(
  module: string,
  build: (builder: StreamsBuilder) => undefined,
  options?: TopologyBuildOptions,
): Topology<NoTables, undefined>
export function topology<const T extends Tables>(
  module: string,
  build: (builder: StreamsBuilder) => T,
  options?: TopologyBuildOptions,
): Topology<T, undefined>
export function topology<Args>(
  module: string,
  build: (builder: StreamsBuilder, args: Args) => Tables | undefined,
  options: Partial<TopologyOptions<Args>> = {},
): Topology<Tables, Args> {
  const { args, ...others } = options
  return buildTopology(module, build, others, args as Args)
}

function buildTopology<Args>(
  module: string,
  build: (builder: StreamsBuilder, args: Args) => Tables | undefined,
  options: TopologyBuildOptions,
  args: Args,
): Topology<Tables, Args> {
  const builder = new StreamsBuilder(options)
  const tables = Object.freeze({ ...build(builder, args) })
  return topologyOf(
    { module, tables, args, plan: builder.build(), handlers: options.handlers ?? {} },
    (others) => buildTopology(module, build, options, others),
  )
}

/** What is built, with what can be asked of it. */
export function topologyOf<T extends Tables, Args>(
  built: Pick<Topology<T, Args>, 'module' | 'tables' | 'args' | 'plan' | 'handlers'>,
  withArgs: (args: Args) => Topology<T, Args>,
): Topology<T, Args> {
  const { plan } = built
  function describe(): string
  function describe(format: 'json'): TopologyDescription
  function describe(format?: 'json'): string | TopologyDescription {
    return format === 'json' ? planDescription(plan) : describePlan(plan)
  }
  function explain(): string
  function explain(format: 'json'): readonly ExplainedNode[]
  function explain(format?: 'json'): string | readonly ExplainedNode[] {
    return format === 'json' ? explainPlan(plan) : explainText(plan)
  }
  return Object.freeze({
    ...built,
    hash: planHash(plan),
    describe,
    toMermaid: () => planMermaid(plan),
    explain,
    withArgs,
  })
}
