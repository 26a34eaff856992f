import { expect, test } from 'vitest'
import type { StreamRecord } from '../../../src/core/record.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import type { OperatorContext } from '../../../src/operator/context.ts'
import { StreamJoinOperator } from '../../../src/operator/stream-join.ts'
import type { StreamJoinNode } from '../../../src/plan/node.ts'
import { string } from '../../../src/serde/scalars.ts'
import type { JoinSideKey } from '../../../src/store/state-stores.ts'
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.ts'

type Waiting = [key: JoinSideKey<string>, value: string][]

/** The left side of an outer join within 10 ms whose other side is empty, as it is after a restart with these records waiting. */
function restarted(waiting: Waiting, joiner: StreamJoinNode['joiner'] = (l, r) => `${l}+${r}`) {
  const emitted: string[] = []
  const stores: Record<string, unknown> = {
    other: { fetch: () => [].values() },
    unmatched: {
      put: (key: JoinSideKey<string>, value: string) => waiting.push([key, value]),
      removeIfPresent: (at: JoinSideKey<string>) => {
        const index = waiting.findIndex(([key]) => key === at)
        if (index >= 0) waiting.splice(index, 1)
      },
      all: () => waiting.map(([key, value]) => ({ key, value })).values(),
    },
  }
  const time = { value: 100 }
  const context = {
    systemTime: 5000,
    emitIntervals: { outerJoinMs: 1000, windowCloseMs: 1000 },
    store: (name: string) => stores[name],
    operatorTime: () => time,
    forward: (_next: unknown, { key, value, timestamp }: StreamRecord<unknown, unknown>) => {
      emitted.push(`${key} ${value} ${timestamp}`)
    },
  } as unknown as OperatorContext
  const windows = { kind: 'join', beforeMs: 10, afterMs: 10, graceMs: 0, spuriousResults: false } as const
  const node: StreamJoinNode = {
    kind: 'stream-join',
    name: 'join',
    parents: [],
    side: 'left',
    outer: true,
    windows,
    otherStore: 'other',
    outerStore: 'unmatched',
    joiner,
    timeOf: 'join',
  }
  const operator = new StreamJoinOperator(node, context, { process: () => {} })
  operator.init()
  const pipe = (key: string, timestamp: number) =>
    operator.process({ key, value: `new-${key}`, timestamp, headers: [] })
  return { emitted, pipe, waiting }
}

const waitingSince90 = (): Waiting => [
  [{ timestamp: 90, side: 'right', key: 'a' }, 'old-r'],
  [{ timestamp: 90, side: 'left', key: 'a' }, 'old-l'],
]

test('records that waited before a restart come out when their window has closed', () => {
  const { emitted, pipe, waiting } = restarted(waitingSince90())
  pipe('b', 100)
  expect(emitted).toEqual([])
  pipe('c', 101)
  expect(emitted).toEqual(['a null+old-r 90', 'a old-l+null 90'])
  expect(waiting.map(([{ key }]) => key)).toEqual(['b', 'c'])
})

test('a joiner that fails does not bring back what is out already', () => {
  const failing: StreamJoinNode['joiner'] = (l, r) => {
    if (l === 'old-l') throw new Error('no')
    return `${l}+${r}`
  }
  const { emitted, pipe, waiting } = restarted(waitingSince90(), failing)
  expect(() => pipe('c', 101)).toThrow(expect.objectContaining({ code: 'processing', message: 'join: no' }))
  expect(emitted).toEqual(['a null+old-r 90'])
  expect(waiting.map(([{ side }]) => side)).toEqual(['left'])
})

test('a record without a key does not wait for a table, whatever the grace', () => {
  const stream = topic('stream', { key: string, value: string })
  const versions = topic('versions', { key: string, value: string })
  const joined = topic('joined', { key: string, value: string })
  const graced = topology(import.meta.url, (b) => {
    const table = b.table(versions, { store: { name: 'versions', versioned: { history: '1m' } } })
    b.stream(stream)
      .leftJoin(table, (l, r) => `${l}+${r}`, { grace: '10s' })
      .to(joined)
    return undefined
  })
  const driver = new TopologyTestDriver(graced)
  driver.input(stream).pipe('k', 'waits', { timestamp: 5 })
  driver.input(stream).pipe(null, 'alone', { timestamp: 5 })
  driver.input(stream).pipe(null, null, { timestamp: 6 })
  expect(driver.output(joined).readPairs()).toEqual([[null, 'alone+null']])
  expect(driver.dropped).toEqual([{ node: 'KSTREAM-LEFTJOIN-0000000003', reason: 'null-key', count: 1 }])
  driver.close()
})
