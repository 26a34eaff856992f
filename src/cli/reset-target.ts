import { readFileSync } from 'node:fs'
import { durationMs } from '../core/time/duration.ts'
import { topicPartitionName } from '../core/topic-partition.ts'
import type { Arguments, Options } from './arguments.ts'
import { UsageError } from './command.ts'

/** Where input is to be read from (the scenarios of Java's StreamsResetter). */
export type ResetTarget =
  | { readonly kind: 'earliest' }
  | { readonly kind: 'latest' }
  | { readonly kind: 'offset'; readonly offset: number }
  /** From the present position; negative goes back. */
  | { readonly kind: 'shift'; readonly by: number }
  /** The first record that is not older, ms since the epoch; the end if all are. */
  | { readonly kind: 'time'; readonly timestamp: number }
  /** By `topic-partition`; others are left as they are. */
  | { readonly kind: 'offsets'; readonly offsets: ReadonlyMap<string, number> }

export const targetOptions: Options = {
  'to-earliest': { type: 'boolean', help: 'read input from the beginning (the default)' },
  'to-latest': { type: 'boolean', help: 'read only what comes from now on' },
  'to-offset': { type: 'string', value: 'N', help: 'the same offset in all partitions' },
  'to-datetime': { type: 'string', value: 'TIME', help: 'ISO 8601, UTC unless it says otherwise' },
  'shift-by': {
    type: 'string',
    value: 'N',
    help: 'so many records on, or back if negative (--shift-by=-100)',
  },
  'by-duration': { type: 'string', value: 'DURATION', help: 'so long ago: P1DT2H, 90m' },
  'from-file': { type: 'string', value: 'FILE', help: 'lines of topic,partition,offset' },
}

/** @throws UsageError for more than one, or for what is none. */
export function resetTarget(args: Arguments, now: number): ResetTarget {
  const given = Object.keys(targetOptions).filter((name) => args.has(name))
  if (given.length > 1) throw new UsageError(`${given.map((name) => `--${name}`).join(' and ')}: say one`)
  switch (given[0]) {
    case 'to-latest':
      return { kind: 'latest' }
    case 'to-offset':
      return { kind: 'offset', offset: args.integer('to-offset', 0)! }
    case 'to-datetime':
      return { kind: 'time', timestamp: timestampOf(args.required('to-datetime')) }
    case 'shift-by':
      return { kind: 'shift', by: args.integer('shift-by', Number.MIN_SAFE_INTEGER)! }
    case 'by-duration':
      return { kind: 'time', timestamp: now - durationOf(args.required('by-duration')) }
    case 'from-file':
      return { kind: 'offsets', offsets: offsetsIn(args.required('from-file')) }
    default:
      return { kind: 'earliest' }
  }
}

function timestampOf(text: string): number {
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}${text.includes('T') ? '' : 'T00:00'}Z`
  const timestamp = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(zoned) : Number.NaN
  if (Number.isFinite(timestamp)) return timestamp
  throw new UsageError(`--to-datetime: '${text}' is not a time such as 2026-01-31T08:00:00Z`)
}

const unitsMs = { D: 86_400_000, H: 3_600_000, M: 60_000, S: 1000 } as const

/** As of java.time.Duration, or of Millrace. */
function durationOf(text: string): number {
  const iso =
    /^P(?=.)(?:(?<D>\d+)D)?(?:T(?=.)(?:(?<H>\d+)H)?(?:(?<M>\d+)M)?(?:(?<S>\d+(?:\.\d+)?)S)?)?$/i.exec(text)
  if (!iso) return ownDurationOf(text)
  const sum = Object.entries(unitsMs).reduce((ms, [unit, of]) => ms + Number(iso.groups![unit] ?? 0) * of, 0)
  return Math.round(sum)
}

function ownDurationOf(text: string): number {
  try {
    return durationMs(text as Parameters<typeof durationMs>[0], '--by-duration')
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function offsetsIn(file: string): ReadonlyMap<string, number> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`--from-file: ${(error as Error).message}`)
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  return new Map(
    lines.map((line, i) => {
      const [, topic, partition, offset] = /^\s*([^,\s]+)\s*,\s*(\d+)\s*,\s*(\d+)\s*$/.exec(line) ?? []
      if (topic === undefined)
        throw new UsageError(`--from-file: line ${i + 1} of ${file} is not topic,partition,offset: ${line}`)
      return [topicPartitionName(topic, Number(partition)), Number(offset)]
    }),
  )
}
