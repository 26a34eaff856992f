import type { RawRecord } from '../../core/record.ts'
import { systemClock } from '../../core/time/clock.ts'
import { jsonText } from '../../http/json-value.ts'
import { storeTopic } from '../../plan/internal-topics.ts'
import { isRestored, type StoreSpec } from '../../plan/store-spec.ts'
import { type Arguments, clusterOptions, moduleOptions } from '../arguments.ts'
import { decodeChangelogKey, decodeChangelogValue, decodedJson } from '../changelog-text.ts'
import { type Command, UsageError } from '../command.ts'
import { applicationIdOf } from '../config.ts'
import { connect } from '../connection.ts'
import { findStore, loadModule } from '../module.ts'
import { endsOf, offsetsIn, partitionsOfTopic, readRecords, type TopicEnds } from '../read-topic.ts'
import type { Terminal } from '../terminal.ts'

export const changelog: Command = {
  name: 'changelog',
  summary: "Decode a store's changelog topic: keys, windows, values, timestamps, tombstones",
  usage: ['changelog MODULE STORE --application-id ID [--partition N] [--from OFFSET] [--limit N]'],
  options: {
    'application-id': { type: 'string', value: 'ID', help: 'whose' },
    partition: { type: 'string', value: 'N', help: 'this partition only' },
    from: { type: 'string', value: 'OFFSET', help: 'begin there, not at the start of the log' },
    limit: { type: 'string', value: 'N', help: 'stop after so many records' },
    key: { type: 'string', value: 'JSON', help: 'records of this key only, as --json prints it' },
    ...moduleOptions,
    ...clusterOptions,
  },
  details: 'Reads what is committed, up to the end as it is now.',
  async run(args, terminal) {
    const applicationId = applicationIdOf(args)
    const [module, name] = args.positionals('MODULE', 'STORE')
    const limit = args.integer('limit', 1) ?? Number.POSITIVE_INFINITY
    const { spec } = findStore(await loadModule(module!, args), name!)
    if (!isRestored(spec)) throw new UsageError(`store ${name} has no changelog`)
    await using client = connect(args)
    const partitions = await partitionsOfTopic(client, storeTopic(applicationId, spec))
    const ranges = (await endsOf(client, partitions)).flatMap((range) => chosenRange(range, args))
    using progress = terminal.progress(`reading ${spec.name}`, offsetsIn(ranges))
    const options = { ranges, clock: systemClock, progress: (by: number) => progress.advance(by) }
    const only = args.text('key')
    let shown = 0
    for await (const records of readRecords(client, options))
      for (const record of records) {
        if (shown === limit) return 0
        if (only !== undefined && jsonText(keyOf(spec, record)) !== only) continue
        await print(spec, record, terminal)
        shown++
      }
    return 0
  },
}

function chosenRange(range: TopicEnds, args: Arguments): readonly TopicEnds[] {
  const partition = args.integer('partition', 0)
  if (partition !== undefined && partition !== range.partition) return []
  return [{ ...range, start: Math.max(range.start, args.integer('from', 0) ?? 0) }]
}

function keyOf(spec: StoreSpec, { key }: RawRecord): unknown {
  return decodedJson(decodeChangelogKey(spec, key))
}

async function print(spec: StoreSpec, record: RawRecord, terminal: Terminal): Promise<void> {
  const { partition, offset, timestamp, value: bytes } = record
  const key = keyOf(spec, record)
  const value = decodedJson(decodeChangelogValue(spec, bytes))
  if (terminal.json) {
    await terminal.value({ partition, offset, timestamp, key, value, tombstone: bytes === null })
    return
  }
  const at = terminal.paint('dim', `${partition}@${offset} ${isoTime(timestamp)}`)
  const shown = bytes === null ? terminal.paint('yellow', '(deleted)') : jsonText(value)
  await terminal.line(`${at} ${jsonText(key)} ${shown}`)
}

/** Negative times occur, and such that no calendar has. */
function isoTime(timestamp: number): string {
  return Math.abs(timestamp) <= 8.64e15 ? new Date(timestamp).toISOString() : String(timestamp)
}
