import { parseArgs } from 'node:util'
import type { BenchOptions } from './benchmark.ts'
import { benchmarks, usual } from './catalog.ts'

const width = Math.max(...Object.keys(benchmarks).map((name) => name.length))
const usage = `npm run bench -- [NAME...] [--records N] [--seconds N] [--json]

Each benchmark runs on a broker of its own, or on that of KAFKA_BROKERS, and says what it measured. Broker and
application share the machine: figures of different machines, or of different runs, do not compare.
Without a name: ${usual.join(', ')}.

${Object.entries(benchmarks)
  .map(([name, { what }]) => `  ${name.padEnd(width)}  ${what}`)
  .join('\n')}

--records  of input or state, instead of each benchmark's own number
--seconds  that load lasts in each phase of latency and rebalance
--json     a line of JSON for each measurement`

interface CommandLine {
  readonly names: readonly string[]
  readonly options: BenchOptions
  readonly json: boolean
}

try {
  const line = commandLine()
  if (line) await run(line)
  else console.log(usage)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function run({ names, options, json }: CommandLine): Promise<void> {
  for (const name of names)
    for await (const { text, figures } of benchmarks[name]!.run(options))
      console.log(json ? JSON.stringify(figures) : text)
}

/** @returns undefined if help is wanted. @throws Error */
function commandLine(): CommandLine | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      json: { type: 'boolean' },
      records: { type: 'string' },
      seconds: { type: 'string' },
    },
  })
  if (values.help) return undefined
  for (const name of positionals)
    if (!Object.hasOwn(benchmarks, name))
      throw new Error(`no benchmark '${name}'; there are ${Object.keys(benchmarks).join(', ')}`)
  return {
    names: positionals.length > 0 ? positionals : usual,
    options: { ...given('records', values.records), ...given('seconds', values.seconds) },
    json: values.json ?? false,
  }
}

function given<N extends keyof BenchOptions>(name: N, text: string | undefined): BenchOptions {
  if (text === undefined) return {}
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name}: give a whole number of at least 1`)
  return { [name]: value }
}
