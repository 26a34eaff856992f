import type { Client } from '../../client/client.ts'
import { systemClock } from '../../core/time/clock.ts'
import { topicPartitionName } from '../../core/topic-partition.ts'
import { clusterOptions } from '../arguments.ts'
import { type Command, UsageError } from '../command.ts'
import { connect } from '../connection.ts'
import { type GroupLag, groupLag, totalLag } from '../group-lag.ts'
import { type InstanceMetrics, instanceMetrics } from '../instance-metrics.ts'
import { tableLines } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { durationOption, watch } from '../watch.ts'

export const top: Command = {
  name: 'top',
  summary: 'Show live what an application does: rates, lag, and with --url threads, tasks and restoring',
  usage: ['top GROUP [--brokers ...]', 'top [GROUP --brokers ...] --url http://HOST:PORT,...'],
  options: {
    url: { type: 'string', value: 'URL,...', help: 'where instances listen (option `listen`)' },
    token: { type: 'string', value: 'TOKEN', help: 'bearer token of the instances' },
    interval: { type: 'string', value: 'DURATION', help: 'between two looks (default 2s)' },
    count: { type: 'string', value: 'N', help: 'end after so many looks; without it Ctrl-C ends it' },
    ...clusterOptions,
  },
  details: 'GROUP is the application id. Without --url only what Kafka knows is shown.',
  async run(args, terminal) {
    const urls = args.list('url')
    const [groupId] = args.positionals(...(urls.length > 0 && args.words === 0 ? [] : ['GROUP']))
    if (groupId === undefined && urls.length === 0) throw new UsageError('say GROUP or --url')
    const intervalMs = durationOption(args, 'interval', '2s')
    let looks = args.integer('count', 1) ?? Number.POSITIVE_INFINITY
    await using client = groupId === undefined ? undefined : connect(args)
    const view = new View(client, groupId, urls, args.text('token'))
    await watch(terminal, systemClock, intervalMs, async () => {
      await view.show(terminal)
      return --looks > 0
    })
    return 0
  },
}

/** Rates of one topic, from two looks at the group's offsets; undefined at the first. */
interface TopicRates {
  readonly topic: string
  readonly lag: number
  /** Offsets per second. */
  readonly arriving: number | undefined
  readonly processed: number | undefined
}

const answerMs = 5000

class View {
  readonly #client: Client | undefined
  readonly #groupId: string | undefined
  readonly #urls: readonly string[]
  readonly #token: string | undefined
  #last: { readonly at: number; readonly lag: GroupLag } | undefined

  constructor(
    client: Client | undefined,
    groupId: string | undefined,
    urls: readonly string[],
    token: string | undefined,
  ) {
    this.#client = client
    this.#groupId = groupId
    this.#urls = urls
    this.#token = token
  }

  async show(terminal: Terminal): Promise<void> {
    const [lag, instances] = await Promise.all([
      this.#client && groupLag(this.#client, this.#groupId!),
      Promise.allSettled(this.#urls.map((url) => instanceMetrics(url, this.#token, answerMs))),
    ])
    const at = systemClock.monotonic()
    const topics = lag && topicRates(lag, at, this.#last)
    if (lag) this.#last = { at, lag }
    if (terminal.json) await this.#json(terminal, lag, topics, instances)
    else await this.#text(terminal, lag, topics, instances)
  }

  async #json(
    terminal: Terminal,
    lag: GroupLag | undefined,
    topics: readonly TopicRates[] | undefined,
    instances: readonly PromiseSettledResult<InstanceMetrics>[],
  ): Promise<void> {
    await terminal.value({
      ...(lag && { group: lag.group.groupId, state: lag.group.state, lag: totalLag(lag), topics }),
      instances: instances.map((one, i) =>
        one.status === 'fulfilled' ? one.value : { url: this.#urls[i], error: (one.reason as Error).message },
      ),
    })
  }

  async #text(
    terminal: Terminal,
    lag: GroupLag | undefined,
    topics: readonly TopicRates[] | undefined,
    instances: readonly PromiseSettledResult<InstanceMetrics>[],
  ): Promise<void> {
    const lines: string[] = []
    if (lag && topics) lines.push(...groupLines(lag, topics, terminal))
    for (const [i, one] of instances.entries())
      if (one.status === 'fulfilled') lines.push('', ...instanceLines(one.value, terminal))
      else lines.push('', terminal.paint('red', `${this.#urls[i]}: ${(one.reason as Error).message}`))
    const room = terminal.isInteractive ? terminal.rows - 1 : lines.length
    for (const line of lines.slice(0, room)) await terminal.line(line)
  }
}

function groupLines(lag: GroupLag, topics: readonly TopicRates[], terminal: Terminal): readonly string[] {
  const { group } = lag
  const title = `${group.groupId}: ${group.state}, ${group.members.length} members, ${totalLag(lag)} behind`
  const rows = topics.map((one) => [one.topic, rounded(one.arriving), rounded(one.processed), one.lag])
  return [terminal.paint('bold', title), ...tableLines(['TOPIC', 'IN /s', 'PROCESSED /s', 'LAG'], rows)]
}

function instanceLines({ url, threads, tasks }: InstanceMetrics, terminal: Terminal): readonly string[] {
  const threadRows = threads.map((one) => [
    one.thread,
    rounded(one.processed),
    rounded(one.commits, 1),
    rounded(one.commitMs, 1),
  ])
  const taskRows = tasks.map((one) => [
    one.task,
    one.thread,
    rounded(one.processed),
    rounded(one.busy === undefined ? undefined : one.busy * 100),
    rounded(one.dropped, 1),
    one.restoring,
  ])
  return [
    terminal.paint('bold', url),
    ...tableLines(['THREAD', 'RECORDS /s', 'COMMITS /s', 'COMMIT ms'], threadRows),
    ...tableLines(['TASK', 'THREAD', 'RECORDS /s', 'BUSY %', 'DROPPED /s', 'TO RESTORE'], taskRows),
  ]
}

function rounded(value: number | undefined, digits = 0): number | undefined {
  return value === undefined ? undefined : Number(value.toFixed(digits))
}

function topicRates(
  now: GroupLag,
  at: number,
  last: { readonly at: number; readonly lag: GroupLag } | undefined,
): readonly TopicRates[] {
  const before = new Map(
    last?.lag.partitions.map((one) => [topicPartitionName(one.topic, one.partition), one]),
  )
  const seconds = last === undefined ? 0 : (at - last.at) / 1000
  return [...new Set(now.partitions.map(({ topic }) => topic))].map((topic) => {
    const partitions = now.partitions.filter((one) => one.topic === topic)
    const rate = (of: 'end' | 'committed'): number | undefined => {
      if (seconds <= 0) return undefined
      const moved = partitions.map((one) => {
        const earlier = before.get(topicPartitionName(one.topic, one.partition))?.[of]
        return earlier === undefined ? 0 : Math.max(0, (one[of] ?? earlier) - earlier)
      })
      return moved.reduce((sum, by) => sum + by, 0) / seconds
    }
    const lag = partitions.reduce((sum, one) => sum + one.lag, 0)
    return { topic, lag, arriving: rate('end'), processed: rate('committed') }
  })
}
