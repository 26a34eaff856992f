import { parseArgs } from 'node:util'
import { isMutation, type Mutation, mutationNames } from './mutations.ts'
import type { Scenario } from './scenario/scenario.ts'
import { scenarios } from './scenario/scenarios.ts'
import type { WorkerSettings } from './worker-messages.ts'

export interface CrashArguments {
  readonly scenarios: readonly Scenario[]
  readonly rounds: number
  readonly seed: number
  readonly mutation: Mutation | undefined
  readonly kernel: 'auto' | 'off'
  readonly settings: WorkerSettings
  readonly keep: boolean
}

const width = Math.max(...scenarios.map(({ name }) => name.length))

export const usage: string = `usage: npm run crash -- [--scenario NAME,...|all] [--rounds 20] [--seed 1] [--mutation NAME]
                         [--kernel auto|off] [--threads 1] [--keep]

Breaks two workers of a pipeline, their broker and the network between in rounds, and proves that each result is there
exactly once. Rounds are divided among the scenarios. --keep leaves the workers' states and logs behind.

${scenarios.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`).join('\n')}

Mutations, each of which must be found out: ${mutationNames.join(', ')}`

/** @returns undefined if they are wrong, or help is asked for. */
export function readArguments(): CrashArguments | undefined {
  if (process.env['KAFKA_BROKERS']) {
    console.error('unset KAFKA_BROKERS: the harness restarts the broker, so it takes one of its own')
    return undefined
  }
  try {
    const { values } = parseArgs({
      options: {
        scenario: { type: 'string', default: 'all' },
        rounds: { type: 'string', default: '20' },
        seed: { type: 'string', default: '1' },
        mutation: { type: 'string' },
        kernel: { type: 'string', default: 'auto' },
        threads: { type: 'string', default: '1' },
        keep: { type: 'boolean', default: false },
      },
    })
    const { mutation, kernel, keep } = values
    const named =
      values.scenario === 'all'
        ? scenarios.filter(({ onlyByName }) => !onlyByName)
        : scenariosNamed(values.scenario.split(','))
    const rounds = Number(values.rounds)
    const seed = Number(values.seed)
    if (!named || !Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) return undefined
    if (mutation !== undefined && !isMutation(mutation)) return undefined
    if (kernel !== 'auto' && kernel !== 'off') return undefined
    const threads = Number(values.threads)
    if (!Number.isInteger(threads) || threads < 1) return undefined
    return { scenarios: named, rounds, seed, mutation, kernel, keep, settings: { threads } }
  } catch (error) {
    console.error((error as Error).message)
    return undefined
  }
}

/** @returns undefined if there is one that does not exist. */
function scenariosNamed(names: readonly string[]): readonly Scenario[] | undefined {
  const found = names.flatMap((name) => scenarios.find((scenario) => scenario.name === name) ?? [])
  return found.length === names.length ? found : undefined
}
