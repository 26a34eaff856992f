import { expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { copartitionGroups } from '../../../src/plan/copartition.ts'
import { internalTopics, subtopologyPartitions } from '../../../src/plan/internal-topics.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { string } from '../../../src/serde/scalars.ts'

const text = (name: string) => topic(name, { key: string, value: string })
const join = { within: 10, key: string, value: string, otherValue: string }
const concat = (left: string, right: string | null) => left + String(right)

function planned(build: (builder: StreamsBuilder) => void): Plan {
  const builder = new StreamsBuilder()
  build(builder)
  return builder.build()
}

const groupsOf = (build: (builder: StreamsBuilder) => void) =>
  copartitionGroups(planned(build)).map((group) => group.flatMap(({ topics }) => topics).sort())

const counts = (partitions: Record<string, number>) => (name: string) => partitions[name]

const invalid = (message: string) => expect.objectContaining({ code: 'topology-invalid', message })

test('sides of joins and of cogroups belong together; merges and shared stores of processors do not', () => {
  expect(groupsOf((b) => b.stream(text('a')).join(b.stream(text('b')), concat, join))).toEqual([['a', 'b']])
  expect(groupsOf((b) => b.stream(text('a')).join(b.table(text('t')), concat))).toEqual([['a', 't']])
  expect(groupsOf((b) => b.table(text('a')).join(b.table(text('b')), concat))).toEqual([['a', 'b']])
  expect(groupsOf((b) => b.stream(text('a')).merge(b.stream(text('b'))))).toEqual([])
  expect(
    groupsOf((b) =>
      b
        .stream(text('a'))
        .groupByKey()
        .cogroup((total: string, value: string) => total + value)
        .cogroup(b.stream(text('b')).groupByKey(), (total, value) => total + value)
        .aggregate(() => '', { value: string }),
    ),
  ).toEqual([['a', 'b']])
})

test('groups that overlap are one, and a foreign-key join has two', () => {
  expect(
    groupsOf((b) => {
      const joined = b.stream(text('a')).join(b.table(text('t')), concat)
      joined.join(b.stream(text('c')), concat, join)
    }),
  ).toEqual([['a', 'c', 't']])
  expect(
    groupsOf((b) =>
      b.table(text('orders')).join(b.table(text('users')), concat, {
        foreignKey: (order) => order,
        name: 'fk',
      }),
    ).sort(),
  ).toEqual([
    ['fk-subscription-registration-topic', 'users'],
    ['fk-subscription-response-topic', 'orders'],
  ])
})

test('repartition topics get the partitions of the topics they meet', () => {
  const plan = planned((b) => {
    const keyed = b.stream(text('a')).selectKey((value) => value, { key: string })
    keyed.join(b.stream(text('b')), concat, { ...join, name: 'j' })
  })
  const topics = internalTopics(plan, 'app', counts({ a: 3, b: 7 }))
  expect(topics.find(({ kind }) => kind === 'repartition')).toMatchObject({
    name: 'app-j-left-repartition',
    partitions: 7,
  })
  expect([...subtopologyPartitions(plan, counts({ a: 3, b: 7 })).values()]).toEqual([3, 7])
})

test('two repartition topics that meet get as many as the larger, or as many as one was told', () => {
  const met = (partitions?: number) =>
    planned((b) => {
      const left = b.stream(text('a')).selectKey((value) => value, { key: string })
      const right = b
        .stream(text('b'))
        .repartition({ name: 'r', ...(partitions !== undefined && { partitions }) })
      left.join(right, concat, { ...join, name: 'j' })
    })
  const partitions = (plan: Plan) =>
    internalTopics(plan, 'app', counts({ a: 3, b: 7 })).flatMap((one) =>
      one.kind === 'repartition' ? [one.partitions] : [],
    )
  expect(partitions(met())).toEqual([7, 7])
  expect(partitions(met(5))).toEqual([5, 5])
})

test('topics that meet and differ are refused, at once where the plan tells', () => {
  const plan = planned((b) => b.stream(text('b')).join(b.stream(text('a')), concat, join))
  expect(() => internalTopics(plan, 'app', counts({ a: 3, b: 7 }))).toThrowError(
    invalid('Topics not co-partitioned: [{a=3, b=7}]'),
  )
  expect(() =>
    planned((b) => {
      const left = b.stream(text('a')).repartition({ name: 'l', partitions: 2 })
      left.join(b.stream(text('b')).repartition({ name: 'r', partitions: 3 }), concat, join)
    }),
  ).toThrowError(
    invalid(
      'Following topics do not have the same number of partitions: [{l-repartition=2, r-repartition=3}]',
    ),
  )
})
