import { describe, expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic, topicPattern } from '../../../src/dsl/topic.ts'
import { describePlan } from '../../../src/plan/describe.ts'
import { internalTopics, subtopologyPartitions } from '../../../src/plan/internal-topics.ts'
import { checkPatterns, withMatchedTopics } from '../../../src/plan/matched-topics.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { readsTopic, topicMatches } from '../../../src/plan/topic-pattern.ts'
import { string } from '../../../src/serde/scalars.ts'

const text = { key: string, value: string }
const named = (name: string) => topic(name, text)
const matching = (pattern: RegExp) => topicPattern(pattern, text)

function planned(build: (builder: StreamsBuilder) => void): Plan {
  const builder = new StreamsBuilder()
  build(builder)
  return builder.build()
}

const sourcesOf = (plan: Plan) => plan.subtopologies.map(({ sources }) => sources.map(({ topics }) => topics))

test('the whole name must match, whatever flags the pattern has', () => {
  const names = ['orders-eu', 'my-orders-eu', 'orders-', 'Orders-us']
  const read = (pattern: RegExp) => names.filter((name) => topicMatches(pattern, name))
  expect(read(/orders-.+/)).toEqual(['orders-eu'])
  expect(read(/orders-.+/gi)).toEqual(['orders-eu', 'Orders-us'])
  expect(read(/orders-eu|orders-/)).toEqual(['orders-eu', 'orders-'])
})

test('a source reads the real name of a topic', () => {
  const { nodes } = planned((b) => {
    b.stream(matching(/p-.*/))
      .repartition({ name: 'r' })
      .merge(b.stream(named('a')))
  })
  const reads = (topicName: string) =>
    nodes.flatMap((node) =>
      node.kind === 'source' && readsTopic(node, 'app', topicName)
        ? [node.pattern?.source ?? node.topics[0]]
        : [],
    )
  expect(reads('p-1')).toEqual(['p-.*'])
  expect(reads('app-r-repartition')).toEqual(['r-repartition'])
  expect(reads('a')).toEqual(['a'])
  expect(reads('r-repartition')).toEqual([])
})

describe('withMatchedTopics', () => {
  test('gives sources by pattern the topics that match, sorted, in nodes and subtopologies alike', () => {
    const plan = planned((b) => {
      b.stream(matching(/p-.*/)).merge(b.stream(named('a')))
      b.stream(matching(/q-.*/)).foreach(() => {})
    })
    const matched = withMatchedTopics(plan, ['q-1', 'p-2', 'x', 'p-1', 'a'])
    expect(sourcesOf(matched)).toEqual([[['p-1', 'p-2'], ['a']], [['q-1']]])
    const sources = matched.nodes.filter(({ kind }) => kind === 'source')
    expect(sources).toEqual(matched.subtopologies.flatMap((one) => one.sources))
    expect(sourcesOf(plan)).toEqual([[[], ['a']], [[]]])
    expect(describePlan(matched)).toBe(describePlan(plan))
  })

  test('leaves a plan without patterns as it is', () => {
    const plan = planned((b) => void b.stream(named('a')))
    expect(withMatchedTopics(plan, ['a', 'b'])).toBe(plan)
  })

  test('refuses a topic that two patterns match, in the words of Java', () => {
    const plan = planned((b) => {
      b.stream(matching(/p.*/))
      b.stream(matching(/.*q/))
    })
    expect(sourcesOf(withMatchedTopics(plan, ['p', 'q']))).toEqual([[['p']], [['q']]])
    expect(() => withMatchedTopics(plan, ['p', 'q', 'pq'])).toThrowError(
      expect.objectContaining({
        code: 'topology-invalid',
        message:
          'Topic pq is already matched for another regex pattern p.* and hence cannot be matched to this regex pattern .*q any more.',
      }),
    )
  })
})

describe('partitions', () => {
  const counts: Readonly<Record<string, number>> = { 'p-1': 2, 'p-2': 5, a: 3 }
  const partitionsOf = (name: string) => counts[name]

  test('a subtopology has a task for each partition of the largest topic that matches', () => {
    const plan = planned((b) => {
      b.stream(matching(/p-.*/))
        .selectKey((value) => value, { key: string })
        .groupByKey()
        .count({ store: { name: 'counts' } })
    })
    const matched = withMatchedTopics(plan, Object.keys(counts))
    expect([...subtopologyPartitions(matched, partitionsOf)]).toEqual([
      [0, 5],
      [1, 5],
    ])
    expect(internalTopics(matched, 'app', partitionsOf)).toMatchObject([
      { name: 'app-counts-repartition', partitions: 5 },
      { name: 'app-counts-changelog', partitions: 5 },
    ])
  })

  test('a subtopology without a topic has no tasks and no internal topics; others have theirs', () => {
    const plan = planned((b) => {
      b.stream(matching(/none-.*/))
        .groupByKey()
        .count({ store: { name: 'none' } })
      b.stream(named('a'))
        .groupByKey()
        .count({ store: { name: 'some' } })
    })
    const matched = withMatchedTopics(plan, Object.keys(counts))
    expect([...subtopologyPartitions(matched, partitionsOf)]).toEqual([
      [0, 0],
      [1, 3],
    ])
    expect(internalTopics(matched, 'app', partitionsOf).map(({ name }) => name)).toEqual([
      'app-some-changelog',
    ])
  })

  test('while nothing decides on the partitions of a repartition topic, nothing runs', () => {
    const plan = planned((b) => {
      b.stream(matching(/none-.*/)).repartition({ name: 'r' })
      b.stream(named('a')).groupByKey().count()
    })
    const matched = withMatchedTopics(plan, Object.keys(counts))
    expect([...subtopologyPartitions(matched, partitionsOf).values()]).toEqual([0, 0, 0])
    expect(internalTopics(matched, 'app', partitionsOf)).toEqual([])
  })

  test('topics that match must be co-partitioned with those they are joined with', () => {
    const plan = planned((b) => {
      b.stream(matching(/p-.*/)).join(b.table(named('a')), (left, right) => left + right)
    })
    expect(() =>
      subtopologyPartitions(withMatchedTopics(plan, Object.keys(counts)), partitionsOf),
    ).toThrowError('Topics not co-partitioned: [{a=3,p-1=2,p-2=5}]'.replaceAll(',', ', '))
  })
})

test('patterns must not match what the application makes for itself', () => {
  const plan = planned((b) => {
    b.stream(matching(/clicks-.*/))
      .selectKey((value) => value, { key: string })
      .groupByKey()
      .count({ store: { name: 'n' } })
  })
  expect(() => checkPatterns(plan, 'app')).not.toThrow()
  expect(() => checkPatterns(plan, 'clicks-count')).toThrowError(
    expect.objectContaining({
      code: 'topology-invalid',
      message: expect.stringContaining('Pattern clicks-.* matches clicks-count-n-changelog'),
    }),
  )
})
