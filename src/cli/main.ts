#!/usr/bin/env node
import { commands } from './commands.ts'
import { runCommand } from './run.ts'

// `millrace state export ... | head` has heard enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await runCommand(process.argv.slice(2), commands, {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
})
