import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StreamsError } from '../core/errors.ts'
import type { Topology } from '../dsl/topology.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { Arguments } from './arguments.ts'
import { UsageError } from './command.ts'

/**
 * Imports MODULE - a path, or the name of a package - and takes the topology that it exports, with the options
 * `--export` and `--args`.
 * @throws UsageError if there is not exactly one; StreamsError `topology-invalid` if the module cannot be imported.
 */
export async function loadModule(module: string, args: Arguments): Promise<Topology> {
  const exported = await importModule(module)
  const topologies = new Map(
    Object.entries(exported).flatMap(([name, value]) => (isTopology(value) ? [[name, value] as const] : [])),
  )
  const topology = chosen(module, topologies, args.text('export'))
  const json = args.text('args')
  return json === undefined ? topology : topology.withArgs(parsedArgs(json))
}

/** The store of a topology, and the subtopology that has it; undefined for a global store. */
export interface FoundStore {
  readonly spec: StoreSpec
  readonly subtopology: number | undefined
}

/** @throws UsageError naming the stores that there are. */
export function findStore({ plan }: Topology, name: string): FoundStore {
  const stores = [
    ...plan.subtopologies.flatMap(({ id, stores }) => stores.map((spec) => ({ spec, subtopology: id }))),
    ...plan.globalStores.map(({ store }) => ({ spec: store, subtopology: undefined })),
  ]
  const found = stores.find(({ spec }) => spec.name === name)
  if (found) return found
  const names = stores.map(({ spec }) => spec.name).join(', ')
  throw new UsageError(`there is no store '${name}'; the topology has ${names === '' ? 'none' : names}`)
}

async function importModule(module: string): Promise<Readonly<Record<string, unknown>>> {
  const path = resolve(module)
  const url = existsSync(path) ? pathToFileURL(path).href : module
  try {
    return (await import(url)) as Readonly<Record<string, unknown>>
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const advice =
      code === 'ERR_UNKNOWN_FILE_EXTENSION' || code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
        ? ': Node reads no TypeScript here; compile it, or start Node with a loader (NODE_OPTIONS="--import ...")'
        : ''
    throw new StreamsError('topology-invalid', `${module} cannot be imported: ${message}${advice}`, { cause })
  }
}

function chosen(
  module: string,
  topologies: ReadonlyMap<string, Topology>,
  name: string | undefined,
): Topology {
  const names = [...topologies.keys()].join(', ')
  if (name !== undefined) {
    const named = topologies.get(name)
    if (named) return named
    throw new UsageError(`${module} exports no topology '${name}', but ${names || 'none at all'}`)
  }
  const [first, second] = new Set(topologies.values())
  if (!first) throw new UsageError(`${module} exports no topology`)
  if (second) throw new UsageError(`${module} exports several topologies: say --export, one of ${names}`)
  return first
}

function parsedArgs(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new UsageError('--args is not JSON')
  }
}

function isTopology(value: unknown): value is Topology {
  return (
    typeof value === 'object' && value !== null && 'plan' in value && 'hash' in value && 'withArgs' in value
  )
}
