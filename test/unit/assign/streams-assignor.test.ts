import { describe, expect, test } from 'vitest'
import { StreamsError } from '../../../src/core/errors.ts'
import { taskName } from '../../../src/core/task-id.ts'
import { decodeSubscription } from '../../../src/protocol/consumer-protocol.ts'
import { decodeSubscriptionInfo, latestOffsetSum } from '../../../src/protocol/subscription-info.ts'
import { all, Cluster, now, rebalance, runsAll, subscription } from './assignors.ts'

describe('the subscription', () => {
  test('tells tags, inputs owned, tasks running, and how much state there is of others', async () => {
    const { assignor } = await runsAll(new Cluster(), { clientTags: { zone: 'a' }, server: 'host:80' })
    const { ownedPartitions, userData } = decodeSubscription(
      subscription(assignor, {
        running: ['0_0', '1_0'],
        sums: { '0_1': 7, '1_1': 0 },
        owned: ['0_0', '0_1', '1_0'],
      }),
    )
    expect(ownedPartitions).toEqual([
      { topic: 'in', partitions: [0, 1] },
      { topic: 'plain', partitions: [0] },
    ])
    expect(decodeSubscriptionInfo(userData!)).toMatchObject({
      userEndPoint: 'host:80',
      clientTags: new Map([['zone', 'a']]),
      // Of stateless tasks nothing, as Java.
      taskOffsetSums: [
        { taskId: { subtopology: 0, partition: 9 }, offsetSum: 12 },
        { taskId: { subtopology: 0, partition: 1 }, offsetSum: 7 },
        { taskId: { subtopology: 0, partition: 0 }, offsetSum: latestOffsetSum },
      ],
    })
  })

  test('does not tell of what another thread of the process has', () => {
    const { userData } = decodeSubscription(subscription(new Cluster().member('1'), { elsewhere: ['0_9'] }))
    expect(decodeSubscriptionInfo(userData!).taskOffsetSums).toEqual([])
  })
})

describe('the leader', () => {
  test('asks for the ends of changelogs only if there is state to compare', async () => {
    const cluster = new Cluster()
    const { assignor, metadata } = await runsAll(cluster)
    await rebalance([assignor, metadata])
    const other = cluster.member('2')
    expect(cluster.asked).toEqual([])
    await rebalance([assignor, metadata], [other, subscription(other)])
    expect(cluster.asked).toEqual([
      'app-words-changelog-0 app-words-changelog-1 app-words-changelog-2 app-words-changelog-3 latest read_uncommitted',
    ])
  })

  test('lets a new process warm up, tells where standbys are, and when it will look again', async () => {
    const cluster = new Cluster()
    const { assignor, metadata } = await runsAll(cluster, { server: 'a:1', probingRebalanceInterval: '2m' })
    const other = cluster.member('2', { server: 'b:2' })
    const [first, second] = await rebalance([assignor, metadata], [other, subscription(other)])
    expect(first!.taken()).toMatchObject({ nextRebalanceMs: now + 120_000, standbys: [] })
    expect(first!.taken().tasks).toHaveLength(5)
    const standby = [
      { topic: 'in', partition: 0 },
      { topic: 'in', partition: 1 },
    ]
    expect(second!.info.standbyTasks).toEqual([
      { taskId: { subtopology: 0, partition: 0 }, partitions: [standby[0]] },
      { taskId: { subtopology: 0, partition: 1 }, partitions: [standby[1]] },
    ])
    const taken = second!.taken()
    expect(taken.standbys).toHaveLength(2)
    expect(taken.standbyInputs.get('0_1')).toEqual([standby[1]])
    expect(taken.standbyOwners).toEqual([
      { host: 'a', port: 1, partitions: [] },
      { host: 'b', port: 2, partitions: standby },
    ])
    expect(taken.owners.map(({ host, partitions }) => [host, partitions.length])).toEqual([
      ['a', 5],
      ['b', 1],
    ])
  })

  test('holds back what another member owns, and hands it over in the next rebalance', async () => {
    const cluster = new Cluster()
    const { assignor, metadata } = await runsAll(cluster, {
      acceptableRecoveryLag: Number.POSITIVE_INFINITY,
    })
    const other = cluster.member('2')
    const [first, second] = await rebalance([assignor, metadata], [other, subscription(other)])
    const kept = first!.taken().tasks.map(taskName)
    expect(kept).toHaveLength(3)
    expect(second!.taken()).toMatchObject({ tasks: [], nextRebalanceMs: 0 })
    const revoked = subscription(assignor, { running: kept, owned: kept })
    const [third, fourth] = await rebalance([assignor, revoked], [other, subscription(other)])
    const names = [...third!.taken().tasks, ...fourth!.taken().tasks].map(taskName)
    expect(names.sort()).toEqual(all)
    expect(fourth!.taken()).toMatchObject({ nextRebalanceMs: Number.POSITIVE_INFINITY })
  })

  test('keeps to what it held back for a member, though another one comes in between', async () => {
    const cluster = new Cluster()
    const { assignor, metadata } = await runsAll(cluster, {
      acceptableRecoveryLag: Number.POSITIVE_INFINITY,
    })
    const second = cluster.member('2')
    const [told] = await rebalance([assignor, metadata], [second, subscription(second)])
    const kept = told!.taken().tasks.map(taskName)
    const promised = all.filter((name) => !kept.includes(name))
    const third = cluster.member('0')
    const [, given] = await rebalance(
      [assignor, subscription(assignor, { running: kept, owned: kept })],
      [second, subscription(second)],
      [third, subscription(third)],
    )
    expect(given!.taken().tasks).toHaveLength(2)
    expect(promised).toEqual(expect.arrayContaining(given!.taken().tasks.map(taskName)))
  })

  test('that cannot learn the ends leaves tasks where they are, says so, and tries again', async () => {
    const cluster = new Cluster()
    const { assignor, metadata } = await runsAll(cluster)
    cluster.failure = new StreamsError('broker-unreachable', 'nobody there')
    const other = cluster.member('2')
    const [first, second] = await rebalance([assignor, metadata], [other, subscription(other)])
    expect(first!.taken()).toMatchObject({ nextRebalanceMs: now + 600_000 })
    expect(first!.taken().tasks).toHaveLength(6)
    expect(second!.taken()).toMatchObject({ tasks: [], standbys: [] })
    expect(cluster.warnings).toEqual([expect.stringContaining('nobody there')])
  })

  test('passes a request to shut down on to all', async () => {
    const cluster = new Cluster()
    const [a, b] = [cluster.member('1'), cluster.member('2')]
    const told = await rebalance([a, subscription(a)], [b, subscription(b, { shutdown: true })])
    for (const { taken } of told)
      expect(taken).toThrow(expect.objectContaining({ code: 'shutdown-requested' }))
  })
})

test('a member whose address the group does not know joins again at once', async () => {
  const cluster = new Cluster()
  const before = cluster.member('1', { server: 'old:1' })
  const assigned = await before.assign([
    { memberId: 'm', groupInstanceId: 'static', metadata: subscription(before) },
  ])
  expect(before.assignment(assigned.get('m')!).nextRebalanceMs).toBe(Number.POSITIVE_INFINITY)
  const again = cluster.member('1', { server: 'new:1' })
  expect(again.assignment(assigned.get('m')!).nextRebalanceMs).toBe(0)
})
