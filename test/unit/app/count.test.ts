import { describe, expect, test } from 'vitest'
import type { Topology } from '../../../src/dsl/topology.ts'
import { decodeOffsetMetadata } from '../../../src/protocol/offset-metadata.ts'
import { droppedBy, type Harness, openHarness } from './harness.ts'
import {
  changelog,
  click,
  clicks,
  counts,
  filtered,
  mapped,
  noon,
  rawClicks,
  repartition,
  repartitioned,
  unwindowed,
  windowed,
  windowedCounts,
  windowedKeys,
} from './topologies.ts'

const second = 1000

/** [key, count, time in seconds after noon] of each output, ordered by partition. */
async function outputs(harness: Harness): Promise<unknown[]> {
  const records = await harness.kafka.read(counts)
  return records.map(({ key, value, timestamp }) => [key, value, (timestamp - noon) / second])
}

async function run(
  harness: Harness,
  topology: Topology,
  kernel: 'auto' | 'off',
  input: Parameters<Harness['kafka']['send']>[1],
): Promise<ReturnType<typeof droppedBy>> {
  await harness.kafka.createTopics(1, clicks, counts)
  await harness.kafka.send(clicks as never, input as never)
  const app = harness.app(topology, { kernel })
  const dropped = droppedBy(app)
  await app.start()
  await harness.caughtUp(app, clicks)
  if (topology === repartitioned) await harness.caughtUp(app, repartition)
  await app.close()
  expect(app.error).toBeUndefined()
  return dropped
}

describe.each(['auto', 'off'] as const)('kernel: %s', (kernel) => {
  test('counts clicks per user and window, each update with the latest time of its window', async () => {
    const harness = openHarness()
    await run(harness, windowed, kernel, [
      click('ann', 10),
      click('bob', 20),
      click('ann', 290),
      click('ann', 40), // out of order
      click('ann', 300), // the next window
      click('ann', 299),
    ])
    expect(await outputs(harness)).toEqual([
      ['ann@12:00:00', 1, 10],
      ['bob@12:00:00', 1, 20],
      ['ann@12:00:00', 2, 290],
      ['ann@12:00:00', 3, 290],
      ['ann@12:05:00', 1, 300],
      ['ann@12:00:00', 4, 299],
    ])
  })

  test('drops what is late: the window has ended and its grace is over', async () => {
    const harness = openHarness()
    const dropped = await run(harness, windowed, kernel, [
      click('ann', 0),
      click('ann', 359),
      click('bob', 299), // the last second of grace
      click('ann', 360),
      click('bob', 299), // late
      click('ann', 300),
      click('cid', -1), // late
    ])
    expect(await outputs(harness)).toEqual([
      ['ann@12:00:00', 1, 0],
      ['ann@12:05:00', 1, 359],
      ['bob@12:00:00', 1, 299],
      ['ann@12:05:00', 2, 360],
      ['ann@12:05:00', 3, 360],
    ])
    expect(dropped).toEqual({ late: 2 })
  })

  test('drops records without a key', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, clicks, counts)
    await harness.kafka.send(rawClicks, [{ key: null, value: Buffer.from('{"timestamp":1704456000}') }])
    const app = harness.app(windowed, { kernel })
    const dropped = droppedBy(app)
    await app.start()
    await harness.caughtUp(app, clicks)
    expect(dropped).toEqual({ 'null-key': 1 })
  })

  test('filter: other clicks neither count nor move stream time', async () => {
    const harness = openHarness()
    const dropped = await run(harness, filtered, kernel, [
      click('ann', 0),
      click('ann', 1, '/other'),
      click('ann', 900, '/other'),
      click('ann', 2),
    ])
    expect(await outputs(harness)).toEqual([
      ['ann@12:00:00', 1, 0],
      ['ann@12:00:00', 2, 2],
    ])
    expect(dropped).toEqual({})
  })

  test('mapValues by a function before the count', async () => {
    const harness = openHarness()
    await run(harness, mapped, kernel, [click('ann', 0), click('ann', 1)])
    expect(await outputs(harness)).toEqual([
      ['ann@12:00:00', 1, 0],
      ['ann@12:00:00', 2, 1],
    ])
  })

  test('selectKey sends the clicks through a repartition topic', async () => {
    const harness = openHarness()
    await run(harness, repartitioned, kernel, [
      click('ann', 0, '/a'),
      click('bob', 1, '/b'),
      click('bob', 2, '/a'),
    ])
    expect(await outputs(harness)).toEqual([
      ['/a@12:00:00', 1, 0],
      ['/b@12:00:00', 1, 1],
      ['/a@12:00:00', 2, 2],
    ])
    const sent = await harness.kafka.read(repartition)
    expect(
      sent.map(({ key, value, timestamp }) => [key, value?.userId, (timestamp - noon) / second]),
    ).toEqual([
      ['/a', 'ann', 0],
      ['/b', 'bob', 1],
      ['/a', 'bob', 2],
    ])
  })

  test('a count without windows', async () => {
    const harness = openHarness()
    await run(harness, unwindowed, kernel, [click('ann', 5), click('bob', 4), click('ann', 3)])
    expect(await outputs(harness)).toEqual([
      ['ann', 1, 5],
      ['bob', 1, 4],
      ['ann', 2, 5],
    ])
    expect(await harness.log(changelog.name)).toEqual(await harness.log(counts.name))
  })

  test('windowed keys as bytes', async () => {
    const harness = openHarness()
    await run(harness, windowedKeys, kernel, [click('ann', 5), click('ann', 305)])
    const records = await harness.kafka.read(windowedCounts)
    expect(records.map(({ key, value }) => [key?.key, (key!.window.start - noon) / second, value])).toEqual([
      ['ann', 0, 1],
      ['ann', 300, 1],
    ])
  })

  test('commits offsets with the stream times in their metadata', async () => {
    const harness = openHarness()
    await run(harness, windowed, kernel, [click('ann', 100), click('ann', 7)])
    const [committed] = await harness.committed(clicks)
    expect(committed?.offset).toBe(2)
    expect(decodeOffsetMetadata(committed!.metadata)).toEqual({
      partitionTime: noon + 100 * second,
      processors: new Map([['KSTREAM-AGGREGATE-0000000001', noon + 100 * second]]),
    })
  })
})
