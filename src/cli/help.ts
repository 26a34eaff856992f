import { commonOptions, type Options } from './arguments.ts'
import type { Command } from './command.ts'

export function generalHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return [
    'usage: millrace COMMAND ...',
    '',
    ...list,
    '',
    'millrace COMMAND --help says what each takes. Exit codes: 0 done, 1 a finding or a failure, 2 wrong usage.',
  ].join('\n')
}

export function commandHelp({ usage, summary, options, details }: Command): string {
  return [
    ...usage.map((form, i) => `${i === 0 ? 'usage:' : '      '} millrace ${form}`),
    '',
    summary,
    ...(details === undefined ? [] : ['', details]),
    '',
    ...optionLines({ ...options, ...commonOptions }),
  ].join('\n')
}

function optionLines(options: Options): readonly string[] {
  const entries = Object.entries(options).map(([name, { value, help }]) => ({
    name: `--${name}${value === undefined ? '' : ` ${value}`}`,
    help,
  }))
  const width = Math.max(...entries.map(({ name }) => name.length))
  return entries.map(({ name, help }) => `  ${name.padEnd(width)}  ${help}`)
}
