import { parseArgs } from 'node:util'
import { isMutation, type Mutation, mutationNames } from './mutations.ts'
import { failureText, faultTable, summary } from './report.ts'
import { type Outcome, simulate } from './simulation.ts'
import { themeCount } from './theme.ts'

/** With so many each fault meets each step. */
const defaultSeeds = 2 * themeCount

const usage = `usage: npm run simulate -- [--seeds ${defaultSeeds}] [--from 1] [--seed S] [--trace] [--mutation NAME]

Runs an application of several processes on a cluster in memory, in virtual time: what goes wrong, and in which order all
goes on, is drawn by a seed. --seed runs one alone, which goes as it went before; --trace prints all of it.
Mutations, each of which must be found out: ${mutationNames.join(', ')}`

interface Arguments {
  readonly seeds: readonly number[]
  readonly all: boolean
  readonly trace: boolean
  readonly mutation: Mutation | undefined
}

process.exitCode = await main()

async function main(): Promise<number> {
  const options = readArguments()
  if (typeof options === 'string') {
    console.error(options)
    return 2
  }
  const { seeds, all, trace, mutation } = options
  const started = performance.now()
  const outcomes: Outcome[] = []
  for (const seed of seeds) {
    const outcome = await simulate({
      seed,
      mutation,
      onTrace: trace ? (line) => console.log(line) : undefined,
    })
    outcomes.push(outcome)
    if (outcome.problems.length > 0) console.log(failureText(outcome, mutation))
  }
  const { text, missing } = faultTable(outcomes)
  console.log(text)
  console.log(summary(outcomes, (performance.now() - started) / 1000))
  if (all && missing.length > 0) console.log(`RED: never met: ${missing.join(', ')}`)
  const red = outcomes.filter(({ problems }) => problems.length > 0).map(({ seed }) => seed)
  if (red.length > 0) console.log(`RED: seeds ${red.join(' ')}`)
  return red.length > 0 || (all && missing.length > 0) ? 1 : 0
}

/** @returns a text if they are wrong. */
function readArguments(): Arguments | string {
  let values: { seeds: string; from: string; seed?: string; trace: boolean; mutation?: string }
  try {
    values = parseArgs({
      options: {
        seeds: { type: 'string', default: String(defaultSeeds) },
        from: { type: 'string', default: '1' },
        seed: { type: 'string' },
        trace: { type: 'boolean', default: false },
        mutation: { type: 'string' },
      },
    }).values
  } catch (error) {
    return `${(error as Error).message}\n${usage}`
  }
  const count = values.seed === undefined ? Number(values.seeds) : 1
  const from = Number(values.seed ?? values.from)
  const { mutation, trace } = values
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(count) || count < 1) return usage
  if (mutation !== undefined && !isMutation(mutation)) return usage
  const seeds = Array.from({ length: count }, (_, i) => from + i)
  return { seeds, trace, mutation, all: count >= defaultSeeds && mutation === undefined }
}
