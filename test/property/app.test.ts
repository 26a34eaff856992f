import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Topology } from '../../src/dsl/topology.ts'
import { Harness, type LoggedRecord } from '../unit/app/harness.ts'
import {
  type Click,
  changelog,
  clicks,
  counts,
  filtered,
  noon,
  rawClicks,
  repartition,
  repartitioned,
  unwindowed,
  windowed,
  windowedKeys,
} from '../unit/app/topologies.ts'
import { runs } from './runs.ts'

interface Sent {
  readonly key: string | null
  readonly value: Uint8Array | null
}

interface Outcome {
  readonly outputs: readonly LoggedRecord[]
  readonly changelog: readonly LoggedRecord[]
  readonly committed: readonly unknown[]
  /** How many, by node and reason. */
  readonly dropped: Readonly<Record<string, number>>
}

const topologies = { windowed, filtered, windowedKeys, unwindowed, repartitioned }

const user = fc.constantFrom('ann', 'bob', 'cid', 'dan', 'Ünal', '')
const value = fc.oneof(
  { weight: 12, arbitrary: clickValue(fc.integer({ min: -400, max: 1500 })) },
  { weight: 1, arbitrary: clickValue(fc.integer({ min: -2_000_000_000, max: 2_000_000_000 })) },
  // Neither has a time: whatever reads it must agree.
  { weight: 1, arbitrary: fc.constantFrom('{"url":"/home"}', '[]', 'null', '{"timestamp":"1"}', 'no json') },
)
const record: fc.Arbitrary<Sent> = fc.record({
  key: fc.oneof({ weight: 15, arbitrary: user }, { weight: 1, arbitrary: fc.constant(null) }),
  value: fc.oneof(
    { weight: 15, arbitrary: value.map((text) => new TextEncoder().encode(text)) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
})

function clickValue(seconds: fc.Arbitrary<number>): fc.Arbitrary<string> {
  return fc
    .record({ userId: user, url: fc.constantFrom('/home', '/a', '/b'), second: seconds })
    .map(({ userId, url, second }) =>
      JSON.stringify({ userId, url, timestamp: noon / 1000 + second } satisfies Click),
    )
}

/** Runs a topology over the input, a batch and a commit at a time, closing and starting it again in between. */
async function outcome(
  topology: Topology,
  kernel: 'auto' | 'off',
  partitions: number,
  parts: readonly (readonly Sent[])[],
): Promise<Outcome> {
  await using harness = new Harness()
  await harness.kafka.createTopics(partitions, clicks, counts)
  const dropped: Record<string, number> = {}
  for (const part of parts) {
    await harness.kafka.send(
      rawClicks,
      part.map((sent, i) => ({ ...sent, timestamp: noon + i })),
    )
    const app = harness.app(topology, { kernel, deserializationHandler: 'continue' })
    app.on('dropped', ({ node, reason, count }) => {
      dropped[`${node} ${reason}`] = (dropped[`${node} ${reason}`] ?? 0) + count
    })
    await app.start()
    await harness.caughtUp(app, clicks)
    if (topology === repartitioned) await harness.caughtUp(app, repartition)
    await app.close()
  }
  return {
    outputs: await harness.log(counts.name),
    changelog: await harness.log(changelog.name),
    committed: await harness.committed(clicks),
    dropped,
  }
}

/** Records of several tasks meet in a partition in any order, those of one task keep theirs. */
function byKey(records: readonly LoggedRecord[]): unknown {
  return records.toSorted((a, b) => a.partition - b.partition || compare(a.key, b.key))
}

function compare(a: string | null, b: string | null): number {
  const [left, right] = [a ?? '', b ?? '']
  return left === right ? 0 : left < right ? -1 : 1
}

test.each(Object.keys(topologies) as (keyof typeof topologies)[])(
  '%s: the kernel and JavaScript give the same records, changelog, offsets and drops',
  async (name) => {
    const topology = topologies[name] as Topology
    const parts = fc.array(fc.array(record, { maxLength: 40 }), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(1, 3), parts, async (partitions, input) => {
        const [inKernel, inJavaScript] = await Promise.all([
          outcome(topology, 'auto', partitions, input),
          outcome(topology, 'off', partitions, input),
        ])
        const comparable = ({ outputs, ...others }: Outcome): unknown => ({
          outputs: partitions === 1 ? outputs : byKey(outputs),
          ...others,
        })
        expect(comparable(inKernel)).toEqual(comparable(inJavaScript))
      }),
      runs(8),
    )
  },
)
