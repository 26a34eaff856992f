import { describePlan } from '../../plan/describe.ts'
import { planDot } from '../../plan/describe-dot.ts'
import { planDocument } from '../../plan/describe-json.ts'
import { planMermaid } from '../../plan/mermaid.ts'
import type { Plan } from '../../plan/plan.ts'
import { moduleOptions } from '../arguments.ts'
import type { Command } from '../command.ts'
import { loadModule } from '../module.ts'

const formats = ['text', 'mermaid', 'dot', 'json'] as const

export const describe: Command = {
  name: 'describe',
  summary: 'Print the topology that a module exports',
  usage: ['describe MODULE [--format text|mermaid|dot|json]'],
  options: {
    format: {
      type: 'string',
      value: 'FORMAT',
      help: "text (as Java's Topology.describe(); the default), mermaid, dot (Graphviz) or json",
    },
    ...moduleOptions,
  },
  details: 'Keep the json of each release: `millrace diff` says what a new version would do to its state.',
  async run(args, terminal) {
    const format = args.choice('format', formats, terminal.json ? 'json' : 'text')
    const [module] = args.positionals('MODULE')
    const { plan } = await loadModule(module!, args)
    await terminal.line(inFormat(plan, format).trimEnd())
    return 0
  },
}

function inFormat(plan: Plan, format: (typeof formats)[number]): string {
  switch (format) {
    case 'text':
      return describePlan(plan)
    case 'mermaid':
      return planMermaid(plan)
    case 'dot':
      return planDot(plan)
    case 'json':
      return JSON.stringify(planDocument(plan), undefined, 2)
  }
}
