import { expect, test } from 'vitest'
import { all, Cluster, rebalance, subscription } from './assignors.ts'

test('more threads than tasks are told, once for each number of them', async () => {
  const cluster = new Cluster()
  const leader = cluster.member('1')
  const members = (n: number) => {
    const others = Array.from({ length: n - 1 }, (_, i) => cluster.member(String((i % 8) + 2)))
    return [leader, ...others].map((member) => [member, subscription(member)] as const)
  }
  await rebalance(...members(all.length))
  expect(cluster.warnings).toEqual([])
  await rebalance(...members(all.length + 2))
  await rebalance(...members(all.length + 2))
  expect(cluster.warnings).toEqual([
    'the group has 8 stream threads for 6 tasks: 2 have nothing to run; fewer threads do, or more partitions of the source topics',
  ])
  await rebalance(...members(all.length + 1))
  expect(cluster.warnings).toHaveLength(2)
})
