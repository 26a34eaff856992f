import { expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { tumbling } from '../../../src/dsl/windows.ts'
import { field } from '../../../src/expr/build.ts'
import { planHash } from '../../../src/plan/plan-hash.ts'
import { storeFingerprint } from '../../../src/plan/store-spec.ts'
import { windowStarts } from '../../../src/plan/windows.ts'
import { json } from '../../../src/serde/json.ts'
import { float64, long, string } from '../../../src/serde/scalars.ts'
import { text, userClicks } from '../dsl/topics.ts'

function planOf(build: (builder: StreamsBuilder) => void) {
  const builder = new StreamsBuilder()
  build(builder)
  return builder.build()
}

const invalid = (message: string) => expect.objectContaining({ code: 'topology-invalid', message })

test('a plan is frozen through and through', () => {
  const plan = planOf((b) => {
    b.stream(userClicks).filter(field('url').eq('/')).groupByKey().windowedBy(tumbling('5m')).count()
  })
  const seen = new Set<unknown>()
  const check = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || seen.has(value) || 'serialize' in value) return
    seen.add(value)
    expect(Object.isFrozen(value), path).toBe(true)
    for (const [name, member] of Object.entries(value)) check(member, `${path}.${name}`)
  }
  check(plan, 'plan')
  expect(seen.size).toBeGreaterThan(15)
})

test('the hash tells plans apart, and lambdas alike', () => {
  const click = (n: number, ms: number) =>
    planHash(
      planOf((b) => {
        b.stream(userClicks).filter(field('timestamp').gt(n)).groupByKey().windowedBy(tumbling(ms)).count()
      }),
    )
  expect(click(1, 10)).toBe(click(1, 10))
  expect(click(1, 10)).toMatch(/^[0-9a-f]{64}$/)
  expect(new Set([click(1, 10), click(2, 10), click(1, 11)]).size).toBe(3)
  const lambda = (f: (value: string) => boolean) => planHash(planOf((b) => b.stream(text).filter(f)))
  expect(lambda((value) => value === 'a')).toBe(lambda((value) => value === 'b'))
  const valueSerde = (serde: typeof long) =>
    planHash(planOf((b) => b.stream(topic('t', { key: string, value: serde }))))
  expect(valueSerde(long)).not.toBe(valueSerde(float64))
})

test('names that clash are refused', () => {
  expect(() =>
    planOf((b) => {
      const stream = b.stream(text)
      stream.filter(() => true, { name: 'x' })
      stream.mapValues((value) => value, { name: 'x' })
    }),
  ).toThrowError(invalid('Processor x is already added.'))
  expect(() =>
    planOf((b) => {
      const group = b.stream(text).groupByKey()
      group.count({ store: { name: 's' } })
      group.count({ store: { name: 's' } })
    }),
  ).toThrowError(invalid('A different StateStore has already been added with the name s'))
})

test('one topic has one way to be read', () => {
  expect(() =>
    planOf((b) => {
      b.stream(text)
      b.stream(topic('in', { key: string, value: json<string>() }))
    }),
  ).toThrowError(
    invalid("stream('in') is called twice with another value serde; both calls share one source"),
  )
  expect(() =>
    planOf((b) => {
      b.stream(userClicks)
      b.stream(topic('user-clicks', { key: string, value: json<unknown>() }))
    }),
  ).toThrow(/another timestamp/)
})

test('fingerprints say what rows mean', () => {
  const { stores } = planOf((b) => {
    b.stream(text)
      .groupByKey()
      .count({ store: { name: 'all' } })
    b.stream(text)
      .groupByKey()
      .windowedBy(tumbling('5m', { grace: '1m' }))
      .count({ store: { retention: '1h' } })
  })
  expect(stores.map(storeFingerprint)).toEqual([
    'key-value key=string value=long aggregate=count',
    'window size=300000 retention=3600000 key=string value=long aggregate=count',
  ])
})

test('windows of a time', () => {
  const starts = (advanceMs: number, time: number) =>
    windowStarts({ kind: 'time', sizeMs: 10, advanceMs, graceMs: 0 }, time)
  expect([0, 9, 10, 25].map((time) => starts(10, time))).toEqual([[0], [0], [10], [20]])
  expect(starts(5, 12)).toEqual([5, 10])
  expect(starts(5, 3)).toEqual([0])
  expect(starts(4, 12)).toEqual([4, 8, 12])
})
