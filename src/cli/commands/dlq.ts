import { utf8Text } from '../../core/bytes.ts'
import { systemClock } from '../../core/time/clock.ts'
import { type Arguments, clusterOptions } from '../arguments.ts'
import type { Command, ExitCode } from '../command.ts'
import { connect } from '../connection.ts'
import { factsOf } from '../dead-letter.ts'
import { endsOf, offsetsIn, partitionsOfTopic, readRecords } from '../read-topic.ts'
import { redrive } from '../redrive.ts'
import { tableLines } from '../table.ts'
import type { Terminal } from '../terminal.ts'

export const dlq: Command = {
  name: 'dlq',
  summary: 'List dead letters, or send them back to the topics that they came from',
  usage: ['dlq list TOPIC [--limit N]', 'dlq redrive TOPIC [--dry-run] [--limit N] [--group GROUP]'],
  options: {
    limit: { type: 'string', value: 'N', help: 'so many letters at most (list: default 100)' },
    'dry-run': { type: 'boolean', help: 'say what would be sent, and send nothing' },
    group: {
      type: 'string',
      value: 'GROUP',
      help: 'remembers what was sent back (default millrace-redrive-<topic>)',
    },
    'drop-error-headers': {
      type: 'boolean',
      help: 'send the headers that the record came with, without those of its failure',
    },
    ...clusterOptions,
  },
  details:
    'redrive sends each letter once: records and the offsets of the group are written in one transaction, so a\nsecond call, also after a crash, goes on behind the first. Key, value, time and headers stay as they are.',
  async run(args, terminal) {
    const { action, rest } = args.action(['list', 'redrive'])
    return action === 'list' ? list(rest, terminal) : sendBack(rest, terminal)
  },
}

async function list(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const [topic] = args.positionals('TOPIC')
  const limit = args.integer('limit', 1) ?? 100
  await using client = connect(args)
  const ranges = await endsOf(client, await partitionsOfTopic(client, topic!))
  const rows: (string | number | undefined)[][] = []
  let shown = 0
  reading: for await (const records of readRecords(client, { ranges, clock: systemClock }))
    for (const record of records) {
      if (shown++ === limit) break reading
      const { partition, offset, timestamp, key, value, headers } = record
      const facts = factsOf(record)
      if (terminal.json) {
        const names = headers.map((header) => header.key)
        await terminal.value({ partition, offset, timestamp, key, value, headers: names, from: facts })
      } else
        rows.push([
          `${partition}@${offset}`,
          new Date(timestamp).toISOString(),
          `${facts.topic ?? '?'}-${facts.partition ?? '?'}@${facts.offset ?? '?'}`,
          key === null ? undefined : shortText(key),
          `${facts.exception ?? '?'}: ${(facts.message ?? '').split('\n', 1)[0]}`,
        ])
    }
  if (terminal.json) return 0
  for (const line of tableLines(['LETTER', 'TIME', 'FROM', 'KEY', 'FAILURE'], rows)) await terminal.line(line)
  const total = offsetsIn(ranges)
  if (shown > limit) await terminal.line(`... about ${total} in all; --limit shows more`)
  return 0
}

const shownKey = 40

function shortText(key: Uint8Array): string {
  const text = utf8Text(key).replaceAll(/[^\x20-\x7e\u{a0}-\u{10ffff}]/gu, '.')
  return text.length > shownKey ? `${text.slice(0, shownKey)}...` : text
}

async function sendBack(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const [topic] = args.positionals('TOPIC')
  const group = args.text('group') ?? `millrace-redrive-${topic}`
  await using client = connect(args)
  const done = await redrive(client, {
    topic: topic!,
    group,
    limit: args.integer('limit', 1) ?? Number.POSITIVE_INFINITY,
    dryRun: args.flag('dry-run'),
    dropErrorHeaders: args.flag('drop-error-headers'),
    clock: systemClock,
    progress: (label, total) => terminal.progress(label, total),
  })
  if (terminal.json) await terminal.value({ group, dryRun: args.flag('dry-run'), ...done })
  else {
    const verb = args.flag('dry-run') ? 'would be sent' : 'sent'
    for (const { topic: to, records } of done.sent) await terminal.line(`${records} ${verb} to ${to}`)
    for (const { letter, why } of done.skipped)
      await terminal.line(`${terminal.paint('yellow', 'left')}: ${letter}: ${why}`)
    for (const { partition, from, to } of done.offsets)
      await terminal.line(`${topic}-${partition}: letters ${from} to ${to}, remembered by group ${group}`)
    if (done.offsets.length === 0) await terminal.line('there is nothing to send')
  }
  return done.skipped.length > 0 ? 1 : 0
}
