// Builds the topology that a case describes, by the public DSL or the low-level API.

import { type Serde, type Topology, topology } from '../../src/index.ts'
import type { GivenCase } from './case.ts'
import { type Observations, Scope, type StepBuilder } from './scope.ts'
import { serdeOf } from './serdes.ts'
import { aggregationSteps } from './steps/aggregations.ts'
import { joinSteps } from './steps/joins.ts'
import { sharedSteps } from './steps/shared.ts'
import { streamSteps } from './steps/streams.ts'
import { tableSteps } from './steps/tables.ts'
import { lowLevelTopology } from './steps/topology-api.ts'

const steps: Readonly<Record<string, StepBuilder>> = {
  ...streamSteps,
  ...tableSteps,
  ...sharedSteps,
  ...aggregationSteps,
  ...joinSteps,
}

/** @param observations where calls, branch names and names of stores go. @throws what the DSL does. */
export function buildTopology(given: GivenCase, observations: Observations): Topology {
  if (given.api === 'topology') return lowLevelTopology(given, buildOptions(given.config))
  return topology(
    import.meta.url,
    (builder) => {
      const scope = new Scope(builder, observations, given.config)
      for (const step of given.topology) {
        const build = steps[step.op]
        if (!build) throw new Error(`unknown step ${step.op}`)
        const result = build(step, scope)
        if (step.op !== 'split') scope.register(step.id, result)
        observeStore(step.id, result, observations)
      }
      return undefined
    },
    buildOptions(given.config),
  )
}

/** Names of the stores that queries may read, by step. */
function observeStore(id: string | undefined, result: unknown, { queryable }: Observations): void {
  if (id === undefined || typeof result !== 'object' || result === null) return
  if (!('queryableStoreName' in result)) return
  if (typeof result.queryableStoreName === 'string') queryable[id] = result.queryableStoreName
  else delete queryable[id]
}

function buildOptions(config: GivenCase['config']) {
  const keySerde = config['default.key.serde']
  const valueSerde = config['default.value.serde']
  const suppliers = config['dsl.store.suppliers.class']
  return {
    ...optimization(config['topology.optimization']),
    ...(String(config['ensure.explicit.internal.resource.naming']) === 'true' && { explicitNames: true }),
    ...(keySerde !== undefined && { defaultKey: serdeOf(String(keySerde)) as Serde<never> }),
    ...(valueSerde !== undefined && { defaultValue: serdeOf(String(valueSerde)) as Serde<never> }),
    ...(suppliers === 'inMemory' && { defaultStore: 'memory' as const }),
  }
}

function optimization(config: unknown) {
  if (config === undefined || config === 'none') return {}
  if (config === 'all') return { optimize: 'all' as const }
  // By Java's names; an unknown one is ours to refuse.
  return { optimize: String(config).split(',') as never[] }
}
