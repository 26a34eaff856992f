import { StreamsError } from '../core/errors.ts'
import type { Topology, TopologyHandlers } from '../dsl/topology.ts'
import type { Plan } from '../plan/plan.ts'
import type { WorkerStart } from './messages.ts'

interface Loaded {
  readonly plan: Plan
  readonly handlers: TopologyHandlers
}

/**
 * Loads the application's topology into a worker: functions cannot be sent, so its module is imported again.
 *
 * @throws StreamsError `topology-invalid` if the module cannot be imported, exports no topology, or another one.
 */
export async function loadTopology({
  module,
  args,
  hash,
}: Pick<WorkerStart, 'module' | 'args' | 'hash'>): Promise<Loaded> {
  const exported = Object.values(await importModule(module)).filter(isTopology)
  const candidates = exported.map((topology) => (args === undefined ? topology : topology.withArgs(args)))
  const found = candidates.find((topology) => topology.hash === hash)
  if (found) return { plan: found.plan, handlers: found.handlers }
  const what =
    exported.length === 0
      ? 'exports no topology'
      : 'exports another topology than the one that was started: it must be the same whenever it is built'
  throw new StreamsError(
    'topology-invalid',
    `${module} ${what}. With worker threads the topology lives in a module of its own, which exports it and starts nothing`,
  )
}

async function importModule(module: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(module)) as Readonly<Record<string, unknown>>
  } catch (cause) {
    if (StreamsError.is(cause)) throw cause
    const hint = /\.[cm]?tsx?$/.test(new URL(module).pathname)
      ? ': Node cannot read TypeScript here; compile it, or start Node with a loader that workers inherit (--import)'
      : ''
    throw new StreamsError('topology-invalid', `worker threads cannot import ${module}${hint}`, { cause })
  }
}

function isTopology(value: unknown): value is Topology {
  return (
    typeof value === 'object' && value !== null && 'plan' in value && 'hash' in value && 'withArgs' in value
  )
}
