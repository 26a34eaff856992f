import { moduleOptions } from '../arguments.ts'
import type { Command } from '../command.ts'
import { LocalState, stateOptions } from '../local-state.ts'
import { checkState } from '../state-check.ts'
import { listState } from '../state-list.ts'
import { getEntries, scanEntries } from '../state-read.ts'

const actions = ['list', 'get', 'scan', 'export', 'check'] as const

export const state: Command = {
  name: 'state',
  summary: 'Look into the local state of this machine, also of a running process; nothing is written',
  usage: [
    'state list --application-id ID',
    'state get MODULE STORE KEY --application-id ID',
    'state scan MODULE STORE --application-id ID [--limit N]',
    'state export MODULE STORE --application-id ID > FILE',
    'state check [MODULE] --application-id ID',
  ],
  options: {
    ...stateOptions,
    task: { type: 'string', value: 'TASK', help: 'this task only, such as 0_1' },
    limit: { type: 'string', value: 'N', help: 'of scan: stop after so many entries (default 100)' },
    ...moduleOptions,
  },
  details:
    'Shows the last checkpoint: a running process is up to checkpointInterval ahead.\nKEY is text or a number as the serde has it, bytes in base64, anything else JSON. export writes an object a line (NDJSON).',
  async run(args, terminal) {
    const { action, rest } = args.action(actions)
    const local = new LocalState(args)
    switch (action) {
      case 'list':
        return listState(local, rest, terminal)
      case 'get':
        return getEntries(local, rest, terminal)
      case 'scan':
        return scanEntries(local, rest, terminal, args.integer('limit', 1) ?? 100)
      case 'export':
        return scanEntries(local, rest, terminal, Number.POSITIVE_INFINITY)
      case 'check':
        return checkState(local, rest, terminal)
    }
  },
}
