import { expect, test } from 'vitest'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import type { KTable } from '../../../src/dsl/table.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import type { SinkNode } from '../../../src/plan/node.ts'
import { long, string } from '../../../src/serde/scalars.ts'

const names = topic('names', { key: string, value: string })
const ages = topic('ages', { key: string, value: long })
const build = (steps: (builder: StreamsBuilder) => void) =>
  topology(import.meta.url, (b) => {
    steps(b)
    return undefined
  })
const code = (expected: string, message: RegExp) =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) })
const first = (left: unknown): string => String(left)

test('a result that is kept needs a serde, which one that is not kept does not', () => {
  const join = (options: object) => () =>
    build((b) => {
      b.table(names).join(b.table(ages), first, options)
    })
  expect(join({ store: {} })).toThrow(code('serde-missing', /^join: the value serde is unknown.*\{ value: /))
  expect(join({})().plan.stores.map(({ name }) => name)).toHaveLength(2)
  expect(join({ store: { name: 'both' }, value: string })().plan.stores.map(({ name }) => name)).toContain(
    'both',
  )
})

test('a foreign-key join needs the serdes of both tables, whose bytes it sends', () => {
  const mapped = (b: StreamsBuilder): KTable<string, string> => b.table(names).mapValues((name) => `${name}!`)
  expect(() =>
    build((b) => {
      mapped(b).join(b.table(ages), first, { foreignKey: (name) => name })
    }),
  ).toThrow(code('serde-missing', /^join: the value serde is unknown; give it to this table/))
  expect(() =>
    build((b) => {
      b.table(ages).leftJoin(mapped(b), first, { foreignKey: (_, key) => key })
    }),
  ).toThrow(code('serde-missing', /^leftJoin: the value serde is unknown; give it to the other table/))
})

test('names that a join derives from its own are checked too', () => {
  const name = 'n'.repeat(240)
  expect(() =>
    build((b) => {
      b.table(names).join(b.table(ages), first, { name: 'a b' })
    }),
  ).toThrow(code('topology-invalid', /^join: name "a b"/))
  expect(() =>
    build((b) => {
      b.table(names).join(b.table(ages), first, { name, foreignKey: (value) => value })
    }),
  ).toThrow(code('topology-invalid', /longer than 249/))
})

test('each way of a foreign-key join has its partitioner', () => {
  const { plan } = build((b) => {
    b.table(names).join(b.table(ages), first, {
      foreignKey: (name) => name,
      partitioner: (key, partitions) => key.length % partitions,
      otherPartitioner: () => undefined,
    })
  })
  const [subscriptions, answers] = plan.nodes.filter((node): node is SinkNode => node.kind === 'sink')
  expect(subscriptions!.partitioner!('t', 'abc', null, 2)).toBeUndefined()
  expect(answers!.partitioner!('t', 'abc', null, 2)).toBe(1)
})

test('answers go to the partition the subscription came from, unless that is not known', () => {
  const { plan } = build((b) => {
    b.table(names).join(b.table(ages), first, { foreignKey: (name) => name })
  })
  const [subscriptions, answers] = plan.nodes.filter((node): node is SinkNode => node.kind === 'sink')
  expect(subscriptions!.partitioner).toBeUndefined()
  expect(answers!.partitioner!('t', 'a', { primaryPartition: 3 }, 4)).toBe(3)
  expect(answers!.partitioner!('t', 'a', { primaryPartition: null }, 4)).toBeUndefined()
})
