import { StreamsError } from '../core/errors.ts'
import { Arguments, commonOptions } from './arguments.ts'
import { type Command, type ExitCode, UsageError } from './command.ts'
import { commandHelp, generalHelp } from './help.ts'
import { Terminal, type TerminalOptions } from './terminal.ts'

/** Runs a command line. Nothing is thrown: what fails is said on stderr, and in the exit code. */
export async function runCommand(
  words: readonly string[],
  commands: readonly Command[],
  streams: Omit<TerminalOptions, 'json'>,
): Promise<ExitCode> {
  const [name, ...rest] = words
  const terminal = new Terminal({ ...streams, json: rest.includes('--json') })
  if (name === undefined) {
    terminal.note(generalHelp(commands))
    return 2
  }
  if (name === '--help' || name === 'help') {
    const asked = commands.find((one) => one.name === rest[0])
    await terminal.line(asked ? commandHelp(asked) : generalHelp(commands))
    return 0
  }
  const command = commands.find((one) => one.name === name)
  if (!command) {
    terminal.note(`millrace: there is no command '${name}'\n\n${generalHelp(commands)}`)
    return 2
  }
  try {
    const args = Arguments.parse(rest, { ...command.options, ...commonOptions })
    if (args.flag('help')) {
      await terminal.line(commandHelp(command))
      return 0
    }
    return await command.run(args, terminal)
  } catch (error) {
    terminal.note(`millrace ${name}: ${failureText(error, name)}`)
    return error instanceof UsageError || StreamsError.is(error, 'options-invalid') ? 2 : 1
  }
}

function failureText(error: unknown, command: string): string {
  if (error instanceof UsageError) return `${error.message} (millrace ${command} --help says more)`
  if (StreamsError.is(error)) return `${error.message}\n${error.advice}`
  return error instanceof Error ? error.message : String(error)
}
