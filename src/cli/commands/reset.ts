import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { GroupDescription } from '../../client/admin.ts'
import type { Client } from '../../client/client.ts'
import { systemClock } from '../../core/time/clock.ts'
import type { TopicPartition } from '../../core/topic-partition.ts'
import { ProcessLock } from '../../store/process-lock.ts'
import { type Arguments, clusterOptions, moduleOptions } from '../arguments.ts'
import { type Command, UsageError } from '../command.ts'
import { applicationIdOf, statePathOf } from '../config.ts'
import { connect } from '../connection.ts'
import { loadModule } from '../module.ts'
import { partitionsOfTopic } from '../read-topic.ts'
import { type OffsetChange, offsetChanges } from '../reset-offsets.ts'
import { resetTarget, targetOptions } from '../reset-target.ts'
import { tableLines } from '../table.ts'
import type { Terminal } from '../terminal.ts'

/** What a reset does, or would do. */
interface Reset {
  readonly applicationId: string
  readonly dryRun: boolean
  /** Taken out of the group; with `--force` only. */
  readonly members: readonly string[]
  readonly offsets: readonly OffsetChange[]
  readonly deletedTopics: readonly string[]
  /** A directory of this machine. */
  readonly deletedState: string | undefined
}

export const reset: Command = {
  name: 'reset',
  summary: 'Make an application begin anew: input offsets, internal topics, local state',
  usage: ['reset --application-id ID [MODULE] [--input-topics A,B] [WHERE] [--dry-run]'],
  options: {
    'application-id': { type: 'string', value: 'ID', help: 'whose' },
    'input-topics': { type: 'string', value: 'A,B', help: 'topics to read anew; MODULE says them too' },
    'internal-topics': {
      type: 'string',
      value: 'A,B',
      help: 'delete these internal topics only, not all that begin with the application id',
    },
    ...targetOptions,
    'state-dir': {
      type: 'string',
      value: 'DIR',
      help: `stateDir of this machine (default ${join('<tmpdir>', 'kafka-streams')}); other machines need their own call`,
    },
    'dry-run': { type: 'boolean', help: 'say what would be done, and do nothing' },
    force: { type: 'boolean', help: 'take members that are still alive out of the group' },
    ...moduleOptions,
    ...clusterOptions,
  },
  details:
    'Stop all instances first: while members are alive nothing is done, unless --force is given.\nAs with Java, internal topics are told by their names: those of another application whose id begins with this\none and a hyphen are among them. Look with --dry-run first, and say --internal-topics then.',
  async run(args, terminal) {
    const applicationId = applicationIdOf(args)
    const target = resetTarget(args, systemClock.now())
    const inputs = await inputTopics(args)
    await using client = connect(args)
    const { members } = await client.admin.describeGroup(applicationId)
    const alive = await whoIsAlive(client, applicationId, members, args.flag('force'))
    if (alive !== undefined) {
      terminal.note(
        `group ${applicationId} ${alive}\nStop all instances of the application, or wait for their sessions to end.`,
      )
      return 1
    }
    const partitions = (await Promise.all(inputs.map((topic) => partitionsOfTopic(client, topic)))).flat()
    const plan: Reset = {
      applicationId,
      dryRun: args.flag('dry-run'),
      members: members.map(({ memberId }) => memberId),
      offsets: await changesOf(client, applicationId, partitions, target),
      deletedTopics: await internalTopicsOf(client, applicationId, args.list('internal-topics')),
      deletedState: stateOf(args),
    }
    if (!plan.dryRun) await carryOut(client, plan)
    await (terminal.json ? terminal.value(plan) : print(plan, terminal))
    return 0
  },
}

async function inputTopics(args: Arguments): Promise<readonly string[]> {
  const named = args.list('input-topics')
  const [module] = args.positionals(...(named.length > 0 ? [] : ['MODULE (or --input-topics)']))
  if (module === undefined) return named
  const { plan } = await loadModule(module, args)
  const sources = plan.subtopologies.flatMap(({ sources }) => sources).filter(({ internal }) => !internal)
  const pattern = sources.find((source) => source.pattern !== undefined)
  if (pattern)
    throw new UsageError(
      `${module} reads topics by a pattern, ${pattern.pattern!.source}: say --input-topics`,
    )
  return [...new Set(sources.flatMap(({ topics }) => topics))]
}

/** @returns undefined if nobody stands in the way. */
async function whoIsAlive(
  client: Client,
  groupId: string,
  members: GroupDescription['members'],
  force: boolean,
): Promise<string | undefined> {
  if (members.length > 0) {
    const names = members.map(({ memberId }) => memberId).join(', ')
    return force ? undefined : `has members: ${names} (--force takes them out)`
  }
  // Groups of other types cannot be described as classic ones, but are listed.
  const listed = (await client.admin.listGroups()).find((one) => one.groupId === groupId)
  if (!listed || ['Empty', 'Dead'].includes(listed.state)) return undefined
  return `is a ${listed.type} group, and ${listed.state}: its members cannot be taken out from here`
}

async function changesOf(
  client: Client,
  groupId: string,
  partitions: readonly TopicPartition[],
  target: ReturnType<typeof resetTarget>,
): Promise<readonly OffsetChange[]> {
  const committed = await client.admin.groupOffsets(groupId)
  return offsetChanges(client, partitions, committed, target)
}

/** As StreamsResetter.isInferredInternalTopic. */
async function internalTopicsOf(
  client: Client,
  applicationId: string,
  only: readonly string[],
): Promise<readonly string[]> {
  const names = [...(await client.listTopics()).keys()].filter((name) => isInternal(applicationId, name))
  const strange = only.filter((name) => !names.includes(name))
  if (strange.length > 0)
    throw new UsageError(`--internal-topics: ${strange.join(', ')} is no internal topic of ${applicationId}`)
  return (only.length > 0 ? only : names).toSorted()
}

const internalSuffix =
  /(?:-changelog|-repartition|-subscription-registration-topic|-subscription-response-topic|.-KTABLE-FK-JOIN-SUBSCRIPTION-(?:REGISTRATION|RESPONSE)-\d+-topic)$/

function isInternal(applicationId: string, name: string): boolean {
  return name.startsWith(`${applicationId}-`) && internalSuffix.test(name)
}

function stateOf(args: Arguments): string | undefined {
  const path = statePathOf(args)
  return existsSync(path) ? path : undefined
}

/** The lock comes first: a process that still runs ends it before anything has changed. */
async function carryOut(client: Client, plan: Reset): Promise<void> {
  const { applicationId, members, offsets, deletedTopics, deletedState } = plan
  const lock = deletedState === undefined ? undefined : ProcessLock.take(join(deletedState, '.lock'))
  try {
    for (const member of members) await client.removeMember(applicationId, member, 'millrace reset --force')
    await client.admin.alterGroupOffsets(
      applicationId,
      offsets.map(({ topic, partition, to }) => ({ topic, partition, offset: to, metadata: '' })),
    )
    await client.admin.deleteTopics(deletedTopics)
    if (deletedState !== undefined) rmSync(deletedState, { recursive: true, force: true })
  } finally {
    lock?.release()
  }
}

async function print(plan: Reset, terminal: Terminal): Promise<void> {
  const { dryRun, members, offsets, deletedTopics, deletedState } = plan
  const done = (what: string): string => (dryRun ? `would be ${what}` : what)
  if (members.length > 0) await terminal.line(`${done('taken out of the group')}: ${members.join(', ')}`)
  const rows = offsets.map(({ topic, partition, from, to }) => [topic, partition, from, to])
  for (const line of tableLines(['INPUT TOPIC', 'PARTITION', 'OFFSET', 'NEW OFFSET'], rows))
    await terminal.line(line)
  for (const topic of deletedTopics) await terminal.line(`${done('deleted')}: topic ${topic}`)
  if (deletedState !== undefined) await terminal.line(`${done('deleted')}: ${deletedState}`)
  if (dryRun) await terminal.line('nothing was done (--dry-run)')
}
