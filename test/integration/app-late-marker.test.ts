import { expect, test } from 'vitest'
import type { Producer } from '../../src/client/client.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { partitionFor } from '../../src/protocol/partitioner.ts'
import { long, string } from '../../src/serde/scalars.ts'
import { timeWindowed } from '../../src/serde/windowed.ts'
import {
  type AppHarness,
  happeningsIn,
  openHarness,
  outputKey,
  partitions,
  sendBatch,
  windowStart,
} from './app-harness.ts'

/** A changelog record of the count of a user in the window. */
function changelogRecord(
  user: string,
  count: number,
): { key: Uint8Array; value: Uint8Array; timestamp: number } {
  const key = timeWindowed(string, '5m').serialize({
    key: user,
    window: { start: windowStart, end: windowStart + 300_000 },
  })
  return {
    key: Buffer.concat([key, new Uint8Array(4)]),
    value: long.serialize(count),
    timestamp: windowStart,
  }
}

/** Writes to the changelog in a transaction that stays open. */
async function leaveOpen(harness: AppHarness, user: string, count: number): Promise<Producer> {
  const producer = harness.client.producer({
    transactionalId: `${harness.name}-earlier`,
    transactionTimeoutMs: 60_000,
  })
  await producer.init()
  const partition = partitionFor(utf8(user), partitions)
  sendBatch(producer, harness.changelog, partition, [changelogRecord(user, count)], true)
  await producer.flush()
  return producer
}

test.each(['commit', 'abort'] as const)(
  'a restore waits for the marker of the last transaction: %s',
  async (end) => {
    const harness = await openHarness()
    const before = harness.app('before', harness.topology)
    await before.start()
    await harness.click('ann')
    await harness.caughtUp(before)
    await before.close()

    const earlier = await leaveOpen(harness, 'ann', 7)
    const after = harness.app('after', harness.topology)
    const happened = happeningsIn(after)
    const assigned = new Promise((resolve) => after.on('tasks', resolve))
    const started = after.start()
    await assigned
    expect(after.state).toBe('REBALANCING')
    await expect(after.store('counts').fetch('ann', windowStart)).rejects.toMatchObject({
      code: 'store-not-ready',
    })
    if (end === 'commit') await earlier.commit()
    else await earlier.abort()
    await started
    expect(await after.store('counts').fetch('ann', windowStart)).toBe(end === 'commit' ? 7 : 1)
    const task = `0_${partitionFor(utf8('ann'), partitions)}`
    expect(happened).toContain(`restored ${task} from 0: ${end === 'commit' ? 2 : 1}`)
    await harness.click('ann')
    await harness.caughtUp(after)
    expect(await harness.updates()).toEqual(new Map([[outputKey('ann'), end === 'commit' ? [1, 8] : [1, 2]]]))
  },
)
