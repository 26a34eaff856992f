import { jsonText } from '../http/json-value.ts'
import { keyOfText } from '../http/key-text.ts'
import { isOnDisk } from '../plan/store-spec.ts'
import { isWindowed } from '../serde/windowed.ts'
import type { BuiltStore, StoreEntry } from '../task/built-store.ts'
import type { Arguments } from './arguments.ts'
import { type ExitCode, UsageError } from './command.ts'
import type { LocalState } from './local-state.ts'
import { type FoundStore, findStore, loadModule } from './module.ts'
import type { Terminal } from './terminal.ts'

/** All entries of a key: several windows, sessions or versions perhaps. Exit code 1: there is none. */
export async function getEntries(local: LocalState, args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const [module, name, text] = args.positionals('MODULE', 'STORE', 'KEY')
  const found = storeOnDisk(findStore(await loadModule(module!, args), name!))
  const { keySerde } = found.spec
  const key = keyOf(() => keyOfText(keySerde, text!, 'KEY'))
  const wanted = jsonText(key)
  let count = 0
  await eachStore(local, found, args, async (store, task) => {
    for (const entry of entriesOf(store, key, wanted)) {
      await print(entry, task, terminal)
      count++
    }
    return true
  })
  if (count === 0) terminal.note(`${name} has no ${text} here`)
  return count > 0 ? 0 : 1
}

/** The entries of all tasks, one task after the other. */
export async function scanEntries(
  local: LocalState,
  args: Arguments,
  terminal: Terminal,
  limit: number,
): Promise<ExitCode> {
  const [module, name] = args.positionals('MODULE', 'STORE')
  const found = storeOnDisk(findStore(await loadModule(module!, args), name!))
  const exporting = limit === Number.POSITIVE_INFINITY
  let count = 0
  await eachStore(local, found, args, async (store, task) => {
    for (const entry of store.entries()) {
      if (count === limit) return false
      await (exporting ? terminal.value({ task, ...entry }) : print(entry, task, terminal))
      count++
    }
    return true
  })
  return 0
}

function storeOnDisk(found: FoundStore): FoundStore {
  if (isOnDisk(found.spec)) return found
  throw new UsageError(`store ${found.spec.name} is kept in memory only: ask the application for it`)
}

function keyOf(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** Stores without windows are asked; of others the entries are gone through. */
function* entriesOf(store: BuiltStore, key: unknown, wanted: string): Generator<StoreEntry> {
  const { spec } = store
  if (spec.kind === 'key-value') {
    const row = store.get(spec.keySerde.serialize(key), 0)
    if (!row) return
    const value = spec.valueSerde.deserialize(row.value)
    yield { key, value, ...(spec.timestamped && { timestamp: row.timestamp }) }
    return
  }
  for (const entry of store.entries()) if (jsonText(plainKey(store, entry.key)) === wanted) yield entry
}

function plainKey({ spec }: BuiltStore, key: unknown): unknown {
  const windowed = spec.kind === 'window' || spec.kind === 'session'
  return windowed && !isWindowed(spec.keySerde) ? (key as { readonly key: unknown }).key : key
}

/** @param visit false: that was enough. */
async function eachStore(
  local: LocalState,
  { spec, subtopology }: FoundStore,
  args: Arguments,
  visit: (store: BuiltStore, task: string) => Promise<boolean>,
): Promise<void> {
  const only = args.text('task')
  const mine = (task: string): boolean =>
    subtopology === undefined ? task === 'global' : task.startsWith(`${subtopology}_`)
  for (const task of local.tasks().filter(mine)) {
    if (only !== undefined && only !== task) continue
    await using rows = local.open(task)
    if (!(await visit(rows.store(spec), task))) return
  }
}

async function print(entry: StoreEntry, task: string, terminal: Terminal): Promise<void> {
  if (terminal.json) return terminal.value({ task, ...entry })
  const { key, value, timestamp, ...rest } = entry
  const at = timestamp === undefined ? '' : ` ${new Date(timestamp).toISOString()}`
  const more = Object.keys(rest).length === 0 ? '' : ` ${jsonText(rest)}`
  await terminal.line(`${terminal.paint('dim', `${task}${at}`)} ${jsonText(key)} ${jsonText(value)}${more}`)
}
