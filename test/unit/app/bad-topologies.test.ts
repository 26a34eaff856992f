import { describe, expect, test } from 'vitest'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { type Tables, type Topology, topology } from '../../../src/dsl/topology.ts'
import { string } from '../../../src/serde/scalars.ts'
import { openHarness } from './harness.ts'

const text = (name: string): ReturnType<typeof topic<string, string>> =>
  topic(name, { key: string, value: string })
const both = (left: string, right: string | null): string => `${left}+${right}`

function built(build: (b: StreamsBuilder) => void): Topology<Tables> {
  return topology(import.meta.url, (b) => {
    build(b)
    return {}
  })
}

describe('what a topology lacks or has twice is told when it is built, at the call', () => {
  test.each<[what: string, code: string, message: RegExp | string, build: (b: StreamsBuilder) => void]>([
    [
      'no key serde after a new key',
      'serde-missing',
      'count: the key serde is unknown; give it as groupByKey({ key: ... })',
      (b) =>
        b
          .stream(text('in'))
          .selectKey((value) => value.length)
          .groupByKey()
          .count(),
    ],
    [
      'no value serde after mapValues',
      'serde-missing',
      /^reduce: the value serde is unknown; give it as/,
      (b) =>
        b
          .stream(text('in'))
          .mapValues((value) => value.length)
          .groupByKey()
          .reduce((one, two) => one + two),
    ],
    [
      'a name of two nodes',
      'topology-invalid',
      'Processor same is already added.',
      (b) => {
        const named = b.stream(text('in')).filter(() => true, { name: 'same' })
        named.mapValues((value) => value, { name: 'same' }).to(text('out'))
      },
    ],
    [
      'a name of two stores',
      'topology-invalid',
      /^A different StateStore has already been added with the name same/,
      (b) => {
        const grouped = b.stream(text('in')).groupByKey()
        grouped.count({ store: { name: 'same' } })
        grouped.reduce((a, c) => a + c, { store: { name: 'same' } })
      },
    ],
    [
      'a topic that is read whole and by partition',
      'topology-invalid',
      'Topic in has already been registered by another source.',
      (b) => {
        b.globalTable(text('in'))
        b.stream(text('in')).to(text('out'))
      },
    ],
  ])('%s', (_what, code, message, build) => {
    expect(() => built(build)).toThrow(
      expect.objectContaining({
        code,
        message: message instanceof RegExp ? expect.stringMatching(message) : message,
      }),
    )
  })
})

describe('topics that are not co-partitioned', () => {
  test.each<[what: string, build: (b: StreamsBuilder) => void]>([
    [
      'streams',
      (b) =>
        b
          .stream(text('one'))
          .join(b.stream(text('two')), both, { within: 5, key: string, value: string, otherValue: string })
          .to(text('out')),
    ],
    [
      'a stream and a table',
      (b) =>
        b
          .stream(text('one'))
          .join(b.table(text('two')), both)
          .to(text('out')),
    ],
    [
      'tables',
      (b) =>
        b
          .table(text('one'))
          .join(b.table(text('two')), both)
          .toStream()
          .to(text('out')),
    ],
  ])('%s: the start fails, naming topics and partitions', async (_what, build) => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, text('one'), text('out'))
    await harness.kafka.createTopics(2, text('two'))
    const app = harness.app(built(build))
    await expect(app.start()).rejects.toMatchObject({
      code: 'topology-invalid',
      message: 'Topics not co-partitioned: [{one=1, two=2}]',
    })
    expect(app.state).toBe('ERROR')
  })

  test('a table looked up by a foreign key, and a global one, need not be', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, text('one'), text('out'))
    await harness.kafka.createTopics(2, text('two'), text('three'))
    const app = harness.app(
      built((b) => {
        const left = b.table(text('one'))
        const foreign = left.join(b.table(text('two')), both, { foreignKey: (value) => value, value: string })
        foreign
          .toStream()
          .join(b.globalTable(text('three')), (left, right) => `${left}${right}`, {
            keyOf: (_value, key) => key,
          })
          .to(text('out'))
      }),
    )
    await app.start()
    expect(app.state).toBe('RUNNING')
  })
})
