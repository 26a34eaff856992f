import { describePlan } from '../plan/describe.ts'
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
  /** SHA-256 of the plan; a worker thread's must equal the main thread's. */
  readonly hash: string
  /** The text of Java's `Topology.describe().toString()`, character for character. */
  describe(): string
  /** The topology as a Mermaid flowchart. */
  toMermaid(): string
  /** Where each node runs, in the kernel or in JavaScript, and why. */
  explain(): string
  explain(format: 'json'): readonly ExplainedNode[]
  /** The same topology built with other args. */
  withArgs(args: Args): Topology<T, Args>
}

export interface TopologyOptions<Args> extends BuildOptions {
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
  options?: BuildOptions,
): Topology<NoTables, undefined>
export function topology<const T extends Tables>(
  module: string,
  build: (builder: StreamsBuilder) => T,
  options?: BuildOptions,
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
  options: BuildOptions,
  args: Args,
): Topology<Tables, Args> {
  const builder = new StreamsBuilder(options)
  const tables = Object.freeze({ ...build(builder, args) })
  return topologyOf({ module, tables, args, plan: builder.build() }, (others) =>
    buildTopology(module, build, options, others),
  )
}

/** What is built, with what can be asked of it. */
export function topologyOf<T extends Tables, Args>(
  built: Pick<Topology<T, Args>, 'module' | 'tables' | 'args' | 'plan'>,
  withArgs: (args: Args) => Topology<T, Args>,
): Topology<T, Args> {
  const { plan } = built
  function explain(): string
  function explain(format: 'json'): readonly ExplainedNode[]
  function explain(format?: 'json'): string | readonly ExplainedNode[] {
    return format === 'json' ? explainPlan(plan) : explainText(plan)
  }
  return Object.freeze({
    ...built,
    hash: planHash(plan),
    describe: () => describePlan(plan),
    toMermaid: () => planMermaid(plan),
    explain,
    withArgs,
  })
}
