import { expect, test } from 'vitest'
import { StreamsAssignor } from '../../../src/assign/streams-assignor.ts'
import { resolveAssignmentOptions } from '../../../src/core/assignment-options.ts'
import { Hooks } from '../../../src/core/hooks.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { systemClock } from '../../../src/core/time/clock.ts'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topicPattern } from '../../../src/dsl/topic.ts'
import { usualTopicSettings } from '../../../src/plan/internal-topic-configs.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
} from '../../../src/protocol/consumer-protocol.ts'
import { string } from '../../../src/serde/scalars.ts'
import { EmbeddedKafka } from '../../../src/testing/embedded-kafka.ts'

const nothing = {
  running: [],
  offsetSums: new Map<string, number>(),
  owned: [],
  elsewhere: new Set<string>(),
  shutdownRequested: false,
}

function members(kafka: EmbeddedKafka): readonly StreamsAssignor[] {
  const client = kafka.createClient({ clock: systemClock, logger: silentLogger, hooks: new Hooks() })
  const builder = new StreamsBuilder()
  builder
    .stream(topicPattern(/p-.*/, { key: string, value: string }))
    .groupByKey()
    .count()
  const plan = builder.build()
  return ['1', '2'].map(
    (n) =>
      new StreamsAssignor({
        plan,
        applicationId: 'app',
        processId: `00000000-0000-0000-0000-00000000000${n}`,
        client,
        replicationFactor: 1,
        internalTopics: usualTopicSettings,
        logger: silentLogger,
        clock: systemClock,
        assignment: resolveAssignmentOptions({}, () => {}),
        clientTags: {},
        applicationServer: undefined,
        localTasks: () => new Map(),
      }),
  )
}

async function rebalance(
  assignors: readonly StreamsAssignor[],
): Promise<readonly ReturnType<StreamsAssignor['assignment']>[]> {
  for (const one of assignors) await one.topics.refresh()
  const group = assignors.map((one, i) => ({
    memberId: `m${i}`,
    groupInstanceId: null,
    metadata: one.subscription(nothing),
  }))
  const assigned = await assignors[0]!.assign(group)
  return assignors.map((one, i) => one.assignment(assigned.get(`m${i}`)!))
}

test('members subscribe to what matches, and learn from the leader what their tasks read', async () => {
  await using kafka = new EmbeddedKafka()
  const assignors = members(kafka)
  expect((await rebalance(assignors)).map(({ tasks }) => tasks)).toEqual([[], []])
  await kafka.createTopics(1, { name: 'p-1' })
  await kafka.createTopics(2, { name: 'p-2' })
  const [first, second] = await rebalance(assignors)
  expect(decodeSubscription(assignors[1]!.subscription(nothing)).topics).toEqual(['p-1', 'p-2'])
  const inputs = new Map([...first!.inputs, ...second!.inputs])
  expect([first!.tasks.length, second!.tasks.length]).toEqual([1, 1])
  expect(inputs).toEqual(
    new Map([
      [
        '0_0',
        [
          { topic: 'p-1', partition: 0 },
          { topic: 'p-2', partition: 0 },
        ],
      ],
      ['0_1', [{ topic: 'p-2', partition: 1 }]],
    ]),
  )
})

test('an assignment whose partitions and tasks are not as many is refused', async () => {
  await using kafka = new EmbeddedKafka()
  const [assignor] = members(kafka)
  await kafka.createTopics(1, { name: 'p-1' })
  await assignor!.topics.refresh()
  const metadata = assignor!.subscription(nothing)
  const assigned = await assignor!.assign([{ memberId: 'm', groupInstanceId: null, metadata }])
  const { userData } = decodeAssignment(assigned.get('m')!)
  const wrong = encodeAssignment({ assignedPartitions: [{ topic: 'p-1', partitions: [0, 1] }], userData })
  expect(() => assignor!.assignment(wrong)).toThrowError(
    expect.objectContaining({ code: 'protocol-malformed' }),
  )
})
