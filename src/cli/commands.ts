import type { Command } from './command.ts'
import { changelog } from './commands/changelog.ts'
import { describe } from './commands/describe.ts'
import { diff } from './commands/diff.ts'
import { dlq } from './commands/dlq.ts'
import { lag } from './commands/lag.ts'
import { reset } from './commands/reset.ts'
import { state } from './commands/state.ts'
import { top } from './commands/top.ts'

/** In the order in which the help has them. */
export const commands: readonly Command[] = [describe, diff, reset, state, changelog, lag, top, dlq]
