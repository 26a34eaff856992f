import { readFileSync } from 'node:fs'
import { planDocument, type TopologyDocument } from '../../plan/describe-json.ts'
import { type Arguments, moduleOptions } from '../arguments.ts'
import { type Command, UsageError } from '../command.ts'
import { compareTopologies, type Finding } from '../compare.ts'
import { loadModule } from '../module.ts'
import type { Terminal } from '../terminal.ts'

export const diff: Command = {
  name: 'diff',
  summary: 'Say whether a new version of a topology renames topics or orphans state',
  usage: ['diff OLD NEW'],
  options: moduleOptions,
  details:
    'OLD and NEW are modules, or .json files that `millrace describe --format json` has written.\nThe exit code is 1 if the new version would not go on where the old one stops.',
  async run(args, terminal) {
    const [from, to] = args.positionals('OLD', 'NEW')
    const [old, now] = [await read(from!, args), await read(to!, args)]
    const findings = compareTopologies(old, now)
    await (terminal.json ? terminal.value({ findings }) : print(findings, terminal))
    return findings.some(({ severity }) => severity === 'breaks') ? 1 : 0
  },
}

async function print(findings: readonly Finding[], terminal: Terminal): Promise<void> {
  if (findings.length === 0) await terminal.line('the new version goes on where the old one stops')
  for (const { severity, what, consequence, advice } of findings) {
    const label = severity === 'breaks' ? terminal.paint('red', 'breaks') : terminal.paint('yellow', 'note')
    await terminal.line(`${label}: ${what}`)
    await terminal.line(`  ${consequence}`)
    await terminal.line(`  ${advice}`)
  }
}

async function read(name: string, args: Arguments): Promise<TopologyDocument> {
  return name.endsWith('.json') ? readDocument(name) : planDocument((await loadModule(name, args)).plan)
}

function readDocument(file: string): TopologyDocument {
  let document: unknown
  try {
    document = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`)
  }
  if (isDocument(document)) return document
  throw new UsageError(`${file} is not what \`millrace describe --format json\` of this version writes`)
}

function isDocument(value: unknown): value is TopologyDocument {
  if (typeof value !== 'object' || value === null) return false
  const { format, stores, repartitionTopics, subtopologies, globalStores }: Partial<TopologyDocument> = value
  return format === 1 && [stores, repartitionTopics, subtopologies, globalStores].every(Array.isArray)
}
