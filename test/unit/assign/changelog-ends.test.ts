import { expect, test } from 'vitest'
import { changelogEnds } from '../../../src/assign/changelog-ends.ts'
import type { Client, CommittedOffset, PartitionOffset } from '../../../src/client/client.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { string } from '../../../src/serde/scalars.ts'
import { member, task } from './group.ts'

/** A table restored from its source topic, and a count over it. */
function plan() {
  const builder = new StreamsBuilder({ optimize: 'all' })
  builder
    .table(topic('names', { key: string, value: string }), { store: { name: 'names' } })
    .toStream()
    .groupByKey()
    .count({ store: { name: 'counts' } })
  return builder.build()
}

const client = {
  listOffsets: async (list): Promise<readonly PartitionOffset[]> =>
    list.map((one) => ({ ...one, offset: one.topic === 'app-counts-changelog' ? 1000 : Number.NaN })),
  // Nothing is committed of partition 1.
  committedOffsets: async (groupId, list): Promise<readonly CommittedOffset[]> =>
    list
      .filter(({ topic: name, partition }) => groupId === 'app' && name === 'names' && partition === 0)
      .map((one) => ({ ...one, offset: 7, metadata: '' })),
} as Partial<Client> as Client

const options = { plan: plan(), applicationId: 'app', client, logger: silentLogger }
const tasks = [task('0_0'), task('0_1')]

test('a changelog ends where its log does, a source topic in its place at the committed offset', async () => {
  const members = [member('a/1', { sums: { '0_0': 5 } }), member('b/1')]
  expect(await changelogEnds(tasks, members, options)).toEqual(
    new Map([
      ['0_0', 1007],
      ['0_1', 1000],
    ]),
  )
})

test('nobody is asked where there is nothing to compare', async () => {
  const silent = { ...options, client: {} as Client }
  expect(await changelogEnds(tasks, [member('a/1', { sums: { '0_0': 5 } }), member('a/2')], silent)).toEqual(
    new Map(),
  )
  expect(await changelogEnds(tasks, [member('a/1'), member('b/1')], silent)).toEqual(new Map())
})
