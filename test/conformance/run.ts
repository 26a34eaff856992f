import { parseArgs } from 'node:util'
import { areaTable, caseReport, kernelLine, summaryLine } from './report.ts'
import { readCases, vectorFiles } from './vectors.ts'
import { judge, type Verdict } from './verdict.ts'

const usage = `usage: npm run conformance -- FILE-OR-FOLDER... [--area AREA] [--only NAME] [--quiet]

Runs cases recorded from Java's Kafka Streams and prints what differs. --area and --only pick cases by their area and
by a part of their name; --quiet leaves out the cases themselves. The last line is: N passed, N failed, N skipped.`

interface Arguments {
  readonly paths: readonly string[]
  readonly area: string | undefined
  readonly only: string | undefined
  readonly quiet: boolean
}

process.exitCode = main()

function main(): number {
  const options = readArguments()
  if (typeof options === 'string') {
    console.error(options)
    return 2
  }
  const verdicts: Verdict[] = []
  for (const file of vectorFiles(options.paths)) {
    for (const conformanceCase of readCases(file)) {
      const { name, area } = conformanceCase
      if (options.area !== undefined && area !== options.area) continue
      if (options.only !== undefined && !name.includes(options.only)) continue
      const verdict = judge(conformanceCase)
      verdicts.push(verdict)
      if (verdict.result !== 'passed' && !options.quiet) console.log(caseReport(verdict))
    }
  }
  console.log(`\n${areaTable(verdicts)}\n\n${kernelLine(verdicts)}\n${summaryLine(verdicts)}`)
  return verdicts.some(({ result }) => result === 'failed') ? 1 : 0
}

function readArguments(): Arguments | string {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        area: { type: 'string' },
        only: { type: 'string' },
        quiet: { type: 'boolean', default: false },
      },
    })
    if (positionals.length === 0) return usage
    return { paths: positionals, area: values.area, only: values.only, quiet: values.quiet }
  } catch (error) {
    return `${(error as Error).message}\n\n${usage}`
  }
}
