import { systemClock } from '../core/time/clock.ts'
import { storeOf } from '../store/checkpoint.ts'
import type { Arguments } from './arguments.ts'
import type { ExitCode } from './command.ts'
import type { LocalState, TaskRows } from './local-state.ts'
import { tableLines } from './table.ts'
import type { Terminal } from './terminal.ts'

/** One store of one task, as its checkpoint has it. */
interface ListedStore {
  readonly task: string
  readonly store: string
  readonly rows: number
  readonly bytes: number
  readonly changelog: string
  readonly offset: number
  /** Since the last commit that the checkpoint covers, ms. */
  readonly ageMs: number
}

export async function listState(local: LocalState, args: Arguments, terminal: Terminal): Promise<ExitCode> {
  args.positionals()
  const only = args.text('task')
  const stores: ListedStore[] = []
  for (const task of local.tasks()) {
    if (only !== undefined && only !== task) continue
    await using rows = local.open(task)
    stores.push(...storesOf(rows))
  }
  const setAside = Object.fromEntries(local.setAside())
  if (terminal.json) {
    await terminal.value({ path: local.path, process: local.holder ?? null, stores, setAside })
    return 0
  }
  const holder = local.holder === undefined ? 'no process has it' : `process ${local.holder} has it`
  await terminal.line(`${local.path}: ${holder}`)
  const head = ['TASK', 'STORE', 'ROWS', 'BYTES', 'CHANGELOG', 'OFFSET', 'AGE s']
  const cells = stores.map((one) => [
    one.task,
    one.store,
    one.rows,
    one.bytes,
    one.changelog,
    one.offset,
    Math.round(one.ageMs / 1000),
  ])
  for (const line of tableLines(head, cells)) await terminal.line(line)
  for (const [name, reason] of Object.entries(setAside)) await terminal.line(`${name}: ${reason}`)
  return 0
}

function storesOf(rows: TaskRows): readonly ListedStore[] {
  const { checkpoint, task, bytes } = rows
  if (checkpoint === undefined || checkpoint === 'malformed') return []
  return checkpoint.stores.map(({ name, changelogTopic, changelogPartition, changelogOffset }) => {
    // A global store has a name for each partition of its topic, and its rows but once.
    const isFirst = checkpoint.stores.find((one) => storeOf(one.name) === storeOf(name))?.name === name
    const spaces = bytes.spaces().filter((space) => isFirst && storeOf(space) === storeOf(name))
    const sizes = spaces.map((space) => bytes.size(space))
    return {
      task,
      store: name,
      rows: sizes.reduce((sum, size) => sum + size.rows, 0),
      bytes: sizes.reduce((sum, size) => sum + size.bytes, 0),
      changelog: `${changelogTopic}-${changelogPartition}`,
      offset: changelogOffset,
      ageMs: Math.max(0, systemClock.now() - checkpoint.committedAtMs),
    }
  })
}
