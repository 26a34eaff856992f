import type { Arguments, Options } from './arguments.ts'
import type { Terminal } from './terminal.ts'

/** 0: done; 1: done, with a finding or a failure; 2: the command line says nothing that can be done. */
export type ExitCode = 0 | 1 | 2

/** One word after `millrace`. */
export interface Command {
  readonly name: string
  /** One line, for the list of commands. */
  readonly summary: string
  /** What follows `millrace`, a line for each form. */
  readonly usage: readonly string[]
  /** Beside those that all commands have. */
  readonly options: Options
  /** What its help says beyond that. */
  readonly details?: string
  run(args: Arguments, terminal: Terminal): Promise<ExitCode>
}

/** The command line is wrong: the exit code is 2, and the message goes with a pointer to the help. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}
