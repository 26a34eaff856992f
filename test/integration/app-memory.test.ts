import { expect, test } from 'vitest'
import type { KafkaStreams } from '../../src/app/kafka-streams.ts'
import { utf8 } from '../../src/core/bytes.ts'
import type { Tables } from '../../src/dsl/topology.ts'
import type { RecordToEncode } from '../../src/protocol/record-batch/encode.ts'
import { type AppHarness, openHarness, outputKey, windowStart } from './app-harness.ts'

const stateMemory = 2 ** 20
const users = Array.from({ length: 16_000 }, (_, i) => `${i}-`.padEnd(400, 'x'))
/** Keys alone, seven times the memory. */
const stateBytes = users.length * 400
/**
 * Beyond the memory there may be what was fetched of one partition, before a commit and a checkpoint can follow, and the
 * rows that are on their way to the disk.
 */
const mostBytes = 3 * stateMemory

/** A click each. */
async function clickAll(harness: AppHarness): Promise<void> {
  const value = utf8(JSON.stringify({ timestamp: windowStart / 1000 }))
  const records = users.map((user): RecordToEncode => ({ timestamp: windowStart, key: utf8(user), value }))
  for (let from = 0; from < records.length; from += 1000)
    await harness.send(harness.clicks.name, records.slice(from, from + 1000))
}

/** What the stores of an application said they take, at each step of its life. */
interface Told {
  memory: number
  disk: number
  rows: number
}

function listenTo(app: KafkaStreams<Tables>): Told {
  const most = { memory: 0, disk: 0, rows: 0 }
  const look = async (): Promise<void> => {
    const sizes = await app.stateSizes()
    const sum = (of: (size: (typeof sizes)[number]) => number) =>
      sizes.reduce((all, size) => all + of(size), 0)
    most.memory = Math.max(
      most.memory,
      sum(({ memoryBytes }) => memoryBytes),
    )
    most.disk = Math.max(
      most.disk,
      sum(({ diskBytes }) => diskBytes),
    )
    most.rows = Math.max(
      most.rows,
      sum(({ rows }) => rows),
    )
  }
  for (const event of ['committed', 'checkpointed', 'restoring', 'restored'] as const)
    app.on(event, () => void look())
  return most
}

test.each([
  ['in the kernel', 'auto'],
  ['record at a time', 'off'],
] as const)(
  '%s: a state seven times the memory streams through, is read back, and is restored',
  { timeout: 180_000 },
  async (_, kernel) => {
    const harness = await openHarness()
    const one = harness.app('one', harness.topology, { kernel, stateMemory })
    const told = listenTo(one)
    await clickAll(harness)
    await one.start()
    await harness.caughtUp(one)
    // Most rows are on disk only by now.
    await clickAll(harness)
    await harness.caughtUp(one)
    expect(await one.stateSizes()).toHaveLength(4)
    await one.close()
    expect(told.memory).toBeGreaterThan(0)
    expect(told.memory).toBeLessThan(mostBytes)
    expect(told.disk).toBeGreaterThan(stateBytes)

    const two = harness.app('two', harness.topology, { kernel, stateMemory })
    const restoring = listenTo(two)
    let restored = 0
    two.on('restored', ({ records }) => {
      restored += records
    })
    await two.start()
    expect(restored).toBeGreaterThanOrEqual(users.length)
    await clickAll(harness)
    await harness.caughtUp(two)
    await two.close()
    expect(restoring.memory).toBeLessThan(mostBytes)
    expect(restoring.rows).toBeGreaterThanOrEqual(users.length)

    const updates = await harness.updates()
    expect(updates.size).toBe(users.length)
    expect(users.filter((user) => updates.get(outputKey(user))?.join() !== '1,2,3')).toEqual([])
  },
)
