import type { Topology } from '../dsl/topology.ts'
import { isOnDisk, storeFingerprint } from '../plan/store-spec.ts'
import { storeOf } from '../store/checkpoint.ts'
import type { Arguments } from './arguments.ts'
import type { ExitCode } from './command.ts'
import type { LocalState, TaskRows } from './local-state.ts'
import { loadModule } from './module.ts'
import type { Terminal } from './terminal.ts'

/** Exit code 1: something would be set aside, or cannot be read. */
export async function checkState(local: LocalState, args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const [module] = args.positionals(...(args.words > 0 ? ['MODULE'] : []))
  const topology = module === undefined ? undefined : await loadModule(module, args)
  const tasks = local.tasks()
  const problems: { readonly task: string; readonly problem: string }[] = []
  let rows = 0
  {
    using progress = terminal.progress('checking', tasks.length)
    for (const task of tasks) {
      const found = await checkTask(local, task, topology)
      rows += found.rows
      problems.push(...found.problems.map((problem) => ({ task, problem })))
      progress.advance(1)
    }
  }
  const setAside = Object.fromEntries(local.setAside())
  if (terminal.json) await terminal.value({ path: local.path, tasks: tasks.length, rows, problems, setAside })
  else {
    for (const { task, problem } of problems)
      await terminal.line(`${terminal.paint('red', task)}: ${problem}`)
    for (const [name, reason] of Object.entries(setAside)) await terminal.line(`${name}: ${reason}`)
    await terminal.line(`${tasks.length} tasks, ${rows} rows read, ${problems.length} problems`)
  }
  return problems.length === 0 ? 0 : 1
}

interface CheckedTask {
  readonly rows: number
  readonly problems: readonly string[]
}

async function checkTask(
  local: LocalState,
  task: string,
  topology: Topology | undefined,
): Promise<CheckedTask> {
  try {
    await using opened = local.open(task)
    const count = readAll(opened)
    const problems = [
      ...checkpointProblems(opened, topology),
      ...(topology ? entryProblems(opened, topology) : []),
    ]
    return { rows: count, problems }
  } catch (error) {
    return { rows: 0, problems: [(error as Error).message] }
  }
}

/** Every row once, so that every page is looked at. */
function readAll({ bytes }: TaskRows): number {
  let count = 0
  for (const space of bytes.spaces()) for (const _ of bytes.range(space)) count++
  return count
}

function checkpointProblems(
  { checkpoint, task }: TaskRows,
  topology: Topology | undefined,
): readonly string[] {
  if (checkpoint === undefined) return ['there is no checkpoint: the state is restored anew']
  if (checkpoint === 'malformed') return ['the checkpoint is damaged or of another format']
  if (!topology) return []
  return specsOf(topology, task).flatMap((spec) => {
    const found = checkpoint.stores.find(({ name }) => storeOf(name) === spec.name)
    if (!found) return [`the checkpoint does not hold store ${spec.name}`]
    const fingerprint = storeFingerprint(spec)
    if (found.fingerprint === fingerprint) return []
    return [`store ${spec.name} means something else now: ${found.fingerprint} became ${fingerprint}`]
  })
}

/** Entries that the topology's serdes cannot read. */
function entryProblems(opened: TaskRows, topology: Topology): readonly string[] {
  return specsOf(topology, opened.task).flatMap((spec) => {
    let count = 0
    try {
      for (const _ of opened.store(spec).entries()) count++
      return []
    } catch (error) {
      return [`store ${spec.name}: entry ${count + 1} cannot be read: ${(error as Error).message}`]
    }
  })
}

function specsOf({ plan }: Topology, task: string): Topology['plan']['stores'] {
  const stores =
    task === 'global'
      ? plan.globalStores.map(({ store }) => store)
      : (plan.subtopologies.find(({ id }) => task.startsWith(`${id}_`))?.stores ?? [])
  return stores.filter((spec) => isOnDisk(spec) && typeof spec.engine === 'string')
}
