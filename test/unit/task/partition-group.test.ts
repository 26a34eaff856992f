import { expect, test } from 'vitest'
import { utf8, utf8Text } from '../../../src/core/bytes.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import { noHeaders, type RawRecord } from '../../../src/core/record.ts'
import type { OperatorContext } from '../../../src/operator/context.ts'
import { SourceOperator } from '../../../src/operator/source.ts'
import type { SourceNode } from '../../../src/plan/node.ts'
import { string } from '../../../src/serde/scalars.ts'
import type { Serde } from '../../../src/serde/serde.ts'
import { PartitionGroup } from '../../../src/task/partition-group.ts'
import { RecordQueue } from '../../../src/task/record-queue.ts'

interface Fed {
  readonly group: PartitionGroup
  feed(topic: number, ...records: readonly (readonly [value: string, timestamp: number])[]): void
}

/** A group of some topics `0`, `1` ...; values are text, and `bad` cannot be read. */
function group(topics: number, options: { maxTaskIdleMs?: number; lags?: (number | undefined)[] } = {}): Fed {
  const waiting: RawRecord[][] = Array.from({ length: topics }, () => [])
  const { maxTaskIdleMs = 0, lags = [] } = options
  const queues = waiting.map((records, topic) => queue(String(topic), () => records.shift()))
  const result = new PartitionGroup({
    queues,
    maxTaskIdleMs,
    lag: ({ partition }) => (Number(partition.topic) in lags ? lags[Number(partition.topic)] : 0),
  })
  return {
    group: result,
    feed(topic, ...records) {
      for (const [value, timestamp] of records) {
        const place = { topic: String(topic), partition: 0, offset: 0, key: null, headers: noHeaders }
        waiting[topic]!.push({ ...place, value: utf8(value), timestamp })
      }
      result.added(queues[topic]!)
    },
  }
}

function queue(topic: string, next: () => RawRecord | undefined): RecordQueue {
  const node: SourceNode = {
    kind: 'source',
    name: topic,
    parents: [],
    topics: [topic],
    internal: false,
    keySerde: string as Serde<unknown>,
    valueSerde: checked as Serde<unknown>,
  }
  return new RecordQueue({
    partition: { topic, partition: 0 },
    source: new SourceOperator(node, {} as OperatorContext, { process: () => undefined }),
    input: { next },
    partitionTime: -1,
    keepBytes: false,
    unreadable(raw, _source, error) {
      if (!StreamsError.is(error, 'deserialization') || utf8Text(raw.value!) === 'fatal') throw error
    },
  })
}

const checked: Serde<string> = {
  ...string,
  deserialize(bytes) {
    const text = string.deserialize(bytes)
    if (text === 'bad' || text === 'fatal') throw new RangeError(text)
    return text
  },
}

function taken({ group: from }: Fed): string[] {
  const values: string[] = []
  for (let next = from.next(); next; next = from.next()) values.push(String(next.record?.value ?? 'none'))
  return values
}

test('the topic with the smallest head is read first, whatever lies behind it', () => {
  const fed = group(2)
  fed.feed(0, ['a5', 5], ['a1', 1], ['a9', 9])
  fed.feed(1, ['b3', 3], ['b7', 7])
  expect(taken(fed)).toEqual(['b3', 'a5', 'a1', 'b7', 'a9'])
  expect(fed.group.streamTime).toBe(9)
})

test('of equal heads the topic that had a record first; then each in turn', () => {
  const fed = group(2)
  fed.feed(1, ['b1', 1], ['b2', 1])
  fed.feed(0, ['a1', 1], ['a2', 1])
  expect(taken(fed)).toEqual(['b1', 'a1', 'b2', 'a2'])
})

test('what cannot be read is passed over; alone in its topic it is a head without a record', () => {
  const fed = group(2)
  fed.feed(0, ['bad', 1], ['a', 2], ['bad', 3])
  fed.feed(1, ['bad', 9])
  expect(taken(fed)).toEqual(['none', 'a', 'none'])
  expect(fed.group.streamTime).toBe(2)
})

test('a failure to read ends the record before it, as it is read ahead', () => {
  const fed = group(1)
  fed.feed(0, ['a', 1], ['fatal', 2])
  expect(() => fed.group.next()).toThrow('the value cannot be read')
})

test('waits for a topic that has nothing: always for what the broker has, and so long for what may come', () => {
  const lags: (number | undefined)[] = [0, undefined]
  const fed = group(2, { maxTaskIdleMs: 100, lags })
  fed.feed(0, ['a', 1])
  expect(fed.group.ready(() => 0)).toBe(false)
  lags[1] = 5
  expect(fed.group.ready(() => 1000)).toBe(false)
  lags[1] = 0
  expect([1000, 1099, 1100].map((now) => fed.group.ready(() => now))).toEqual([false, false, true])
  fed.feed(1, ['b', 2])
  expect(fed.group.ready(() => 1100)).toBe(true)
})

test('-1 does not wait', () => {
  const fed = group(2, { maxTaskIdleMs: -1, lags: [0, 5] })
  fed.feed(0, ['a', 1])
  expect(fed.group.ready(() => 0)).toBe(true)
})
