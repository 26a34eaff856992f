import { expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { untilWindowCloses } from '../../../src/dsl/suppressed.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { tumbling } from '../../../src/dsl/windows.ts'
import { string } from '../../../src/serde/scalars.ts'

const text = (name: string) => topic(name, { key: string, value: string })
const concat = (left: string, right: string | null) => left + String(right)
const named = (name: string) => ({ store: { name } })

/** What Java Kafka Streams 4.3.1 said of the same topologies; '' if it built them. */
function complaint(build: (builder: StreamsBuilder) => void): string {
  const builder = new StreamsBuilder({ explicitNames: true })
  build(builder)
  try {
    builder.build()
    return ''
  } catch (error) {
    expect(error).toMatchObject({ code: 'topology-invalid' })
    return (error as Error).message
  }
}

test('the store of a table counts even if the table never needs one', () => {
  expect(
    complaint((b) => b.table(text('t')).toStream()),
  ).toBe(`Following changelog topic(s) has not been named: t-STATE-STORE-0000000000-changelog
Following state store(s) has not been named: t-STATE-STORE-0000000000
`)
  expect(complaint((b) => b.table(text('t'), named('s')).filter(() => true, { store: {} }))).toBe('')
})

test('a repartition topic named after a node is not named, even if the node is', () => {
  const keyed = (b: StreamsBuilder) =>
    b.stream(text('a')).selectKey((value) => value, { name: 'sk', key: string })
  expect(complaint((b) => keyed(b).join(b.table(text('t'), named('ts')), concat))).toBe(
    'Following repartition topic(s) has not been named: sk-repartition\n',
  )
  expect(complaint((b) => keyed(b).join(b.table(text('t'), named('ts')), concat, { name: 'j' }))).toBe('')
  expect(complaint((b) => b.stream(text('a')).repartition())).toBe(
    'Following repartition topic(s) has not been named: KSTREAM-REPARTITION-0000000001-repartition\n',
  )
})

test('stores of a join of streams', () => {
  expect(
    complaint((b) =>
      b
        .stream(text('a'))
        .selectKey((value) => value, { key: string })
        .leftJoin(b.stream(text('b')), concat, {
          within: 10,
          key: string,
          value: string,
          otherValue: string,
        }),
    ),
  ).toBe(`Following changelog topic(s) has not been named: KSTREAM-JOINTHIS-0000000008-store-changelog, KSTREAM-OUTEROTHER-0000000009-store-changelog, KSTREAM-OUTERSHARED-0000000008-store-changelog
Following state store(s) has not been named: KSTREAM-JOINTHIS-0000000008-store, KSTREAM-OUTEROTHER-0000000009-store, KSTREAM-OUTERSHARED-0000000008-store
Following repartition topic(s) has not been named: KSTREAM-KEY-SELECT-0000000001-repartition
`)
})

test('of suppress only the topic counts, of a foreign-key join only the result', () => {
  expect(
    complaint((b) =>
      b
        .stream(text('a'))
        .groupByKey()
        .windowedBy(tumbling(10))
        .count(named('w'))
        .suppress(untilWindowCloses()),
    ),
  ).toBe(
    'Following changelog topic(s) has not been named: KTABLE-SUPPRESS-STATE-STORE-0000000003-changelog\n',
  )
  const tables = (b: StreamsBuilder) =>
    [b.table(text('a'), named('as')), b.table(text('b'), named('bs'))] as const
  expect(
    complaint((b) => {
      const [left, right] = tables(b)
      left.join(right, concat, { foreignKey: (value) => value })
    }),
  ).toBe(`Following changelog topic(s) has not been named: KTABLE-FK-JOIN-OUTPUT-STATE-STORE-0000000017-changelog
Following state store(s) has not been named: KTABLE-FK-JOIN-OUTPUT-STATE-STORE-0000000017
`)
  expect(
    complaint((b) => {
      const [left, right] = tables(b)
      left.join(right, concat, { foreignKey: (value) => value, value: string, ...named('js') })
    }),
  ).toBe('')
})
