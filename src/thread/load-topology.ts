import { StreamsError } from '../core/errors.ts'
import type { Topology, TopologyHandlers } from '../dsl/topology.ts'
import type { Plan } from '../plan/plan.ts'
import type { WorkerStart } from './messages.ts'

interface Loaded {
  readonly plan: Plan
  readonly handlers: TopologyHandlers
}

/**
 * Loads the application's topology into a worker: functions cannot be sent, so its module is imported again. Of the
 * topologies that it exports, the one whose plan has the hash is meant.
 *
 * @throws StreamsError `topology-invalid` if the module cannot be imported, or does not export the very topology.
 */
export async function loadTopology({
  module,
  args,
  hash,
}: Pick<WorkerStart, 'module' | 'args' | 'hash'>): Promise<Loaded> {
  const exported = new Set(Object.values(await importModule(module)).filter(isTopology))
  if (exported.size === 0) throw wrong(module, 'exports no topology', `export it, ${twoFiles}`)
  const found: Topology[] = []
  let cause: unknown
  for (const topology of exported) {
    try {
      // Functions may use the args, which the hash does not show.
      const built = args === undefined ? topology : topology.withArgs(args)
      if (built.hash === hash) found.push(built)
    } catch (error) {
      // Another one, which is not built with these args; or this one, which then says why.
      cause ??= error
    }
  }
  const [only] = found
  if (!only)
    throw wrong(
      module,
      'exports another topology in a worker thread than the one that was started',
      'build it from nothing but its args, the same whenever the module is imported, and export it',
      cause,
    )
  if (found.length > 1)
    throw wrong(
      module,
      'exports several topologies that differ in their functions alone, so that a worker thread cannot tell them apart',
      'keep each in a module of its own, or give their nodes names',
    )
  return { plan: only.plan, handlers: only.handlers }
}

/** What users are told who start the application where the topology is. */
export const twoFiles = 'in a module of its own that starts nothing, and start the application in another'

async function importModule(module: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(module)) as Readonly<Record<string, unknown>>
  } catch (cause) {
    throw importFailure(module, cause)
  }
}

/** What went wrong while a worker thread imported the topology's module. */
export function importFailure(module: string, cause: unknown): StreamsError {
  const what = `cannot be imported into a worker thread (${messageOf(cause)})`
  if (StreamsError.is(cause, 'lifecycle')) return wrong(module, what, `put the topology ${twoFiles}`, cause)
  const advice = isTypeScriptUnread(cause)
    ? 'Node reads no TypeScript here: compile it, or start Node with a loader, which worker threads inherit (node --import ...)'
    : 'it must be there, and work, in a worker thread too'
  return wrong(module, what, advice, cause)
}

function wrong(module: string, what: string, advice: string, cause?: unknown): StreamsError {
  const options = cause === undefined ? {} : { cause }
  return new StreamsError('topology-invalid', `${module} ${what}: ${advice}`, options)
}

function isTypeScriptUnread(cause: unknown): boolean {
  if (!(cause instanceof Error && 'code' in cause)) return false
  return cause.code === 'ERR_UNKNOWN_FILE_EXTENSION' || cause.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function isTopology(value: unknown): value is Topology {
  return (
    typeof value === 'object' && value !== null && 'plan' in value && 'hash' in value && 'withArgs' in value
  )
}
