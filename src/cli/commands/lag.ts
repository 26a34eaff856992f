import { systemClock } from '../../core/time/clock.ts'
import { clusterOptions } from '../arguments.ts'
import { type Command, UsageError } from '../command.ts'
import { connect } from '../connection.ts'
import { type GroupLag, groupLag, totalLag } from '../group-lag.ts'
import { tableLines } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { durationOption, watch } from '../watch.ts'

export const lag: Command = {
  name: 'lag',
  summary: 'Show how far an application, or any consumer group, is behind in each partition',
  usage: ['lag GROUP [--watch] [--fail-above N]'],
  options: {
    watch: { type: 'boolean', help: 'show it again and again' },
    interval: { type: 'string', value: 'DURATION', help: 'of --watch (default 2s)' },
    'fail-above': {
      type: 'string',
      value: 'N',
      help: 'exit code 1 if the group is more than N records behind',
    },
    ...clusterOptions,
  },
  details:
    'GROUP is the application id. A lag counts offsets, transaction markers included: 1 left over is no record.',
  async run(args, terminal) {
    const [groupId] = args.positionals('GROUP')
    const limit = args.integer('fail-above', 0)
    const intervalMs = durationOption(args, 'interval', '2s')
    if (args.flag('watch') && limit !== undefined)
      throw new UsageError('--watch and --fail-above: say one of them')
    await using client = connect(args)
    const show = async (): Promise<GroupLag> => {
      const found = await groupLag(client, groupId!)
      await (terminal.json ? terminal.value(asJson(found)) : print(found, terminal))
      return found
    }
    if (args.flag('watch')) {
      await watch(terminal, systemClock, intervalMs, async () => (await show()) !== undefined)
      return 0
    }
    const found = await show()
    if (found.group.state === 'Dead' && found.partitions.length === 0) {
      terminal.note(`there is no group ${groupId}`)
      return 1
    }
    return limit !== undefined && totalLag(found) > limit ? 1 : 0
  },
}

function asJson(found: GroupLag): unknown {
  const { group, partitions } = found
  return {
    group: group.groupId,
    state: group.state,
    members: group.members.length,
    lag: totalLag(found),
    partitions,
  }
}

async function print(found: GroupLag, terminal: Terminal): Promise<void> {
  const { group, partitions } = found
  const members = `${group.members.length} ${group.members.length === 1 ? 'member' : 'members'}`
  await terminal.line(`${group.groupId}: ${group.state}, ${members}, ${totalLag(found)} behind`)
  if (partitions.length === 0) return
  const rows = partitions.map((one) => [
    one.topic,
    one.partition,
    one.committed,
    one.end,
    one.lag,
    one.member ?? '-',
  ])
  const head = ['TOPIC', 'PARTITION', 'COMMITTED', 'END', 'LAG', 'MEMBER']
  for (const line of tableLines(head, rows)) await terminal.line(line)
}
