import { expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { topic } from '../../src/dsl/topic.ts'
import { topology } from '../../src/dsl/topology.ts'
import { long, string } from '../../src/serde/scalars.ts'
import { partitionsOf } from '../crash/topic-log.ts'
import { openHarness, until } from './app-harness.ts'

test('what is read and committed of a repartition topic is deleted; nothing else is, and nothing is lost', async () => {
  const harness = await openHarness()
  const input = topic(`${harness.name}-in`, { key: string, value: string })
  const counts = topic(`${harness.name}-per-value`, { key: string, value: long })
  const partitions = 2
  await harness.client.createTopics(
    [input, counts].map(({ name }) => ({ name, partitions, replicationFactor: 1, configs: {} })),
  )
  const built = topology(import.meta.url, (b) => {
    const perValue = b
      .stream(input)
      .selectKey((value) => value, { key: string })
      .groupByKey({ name: 'by-value' })
      .count({ store: { name: 'per-value' } })
    perValue.toStream().to(counts)
    return { perValue }
  })
  const repartition = partitionsOf(`${harness.name}-by-value-repartition`, partitions)
  const offsets = async (at: 'earliest' | 'latest', list = repartition): Promise<readonly number[]> => {
    const found = await harness.client.listOffsets(list, at, 'read_uncommitted')
    return found.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => offset)
  }
  const app = harness.app('only', built, { repartitionPurgeInterval: 50 })
  await app.start()
  const values = Array.from({ length: 20 }, (_, i) => `v${i}`)
  const send = (): Promise<void> =>
    harness.send(
      input.name,
      values.map((value, i) => ({ key: utf8(`${i}`), value: utf8(value), timestamp: Date.now() })),
      partitions,
    )
  for (let round = 1; round <= 3; round++) {
    await send()
    await until(async () => {
      const found = await Promise.all(values.map((value) => app.store('perValue').get(value)))
      return found.every((count) => count === round)
    }, app)
  }
  // The marker of the last transaction comes later, and is passed and deleted like a record.
  await until(async () => {
    const [starts, ends] = [await offsets('earliest'), await offsets('latest')]
    return starts.every((start, partition) => start > 0 && start === ends[partition])
  }, app)
  const others = [input.name, counts.name, `${harness.name}-per-value-changelog`]
  for (const name of others) expect(await offsets('earliest', partitionsOf(name, partitions))).toEqual([0, 0])
  await app.close()

  // Who comes later counts on.
  const elsewhere = harness.app('elsewhere', built)
  await elsewhere.start()
  await send()
  await until(async () => (await elsewhere.store('perValue').get('v0')) === 4, elsewhere)
})
