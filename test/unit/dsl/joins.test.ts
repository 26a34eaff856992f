import { expect, test } from 'vitest'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import type { StreamJoinOptions } from '../../../src/dsl/join-streams.ts'
import { windowStore } from '../../../src/dsl/stores.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { long, string } from '../../../src/serde/scalars.ts'

const left = topic('left', { key: string, value: string })
const right = topic('right', { key: string, value: long })
const both = (l: unknown, r: unknown) => `${l}${r}`

const build = (with_: (b: StreamsBuilder) => void) =>
  topology(import.meta.url, (b) => {
    with_(b)
    return undefined
  })
const invalid = (message: string) =>
  expect.objectContaining({ code: 'topology-invalid', message: expect.stringContaining(message) })

function joined(options: StreamJoinOptions<string, string, number>, outer = false) {
  return build((b) => {
    const [l, r] = [b.stream(left), b.stream(right)]
    if (outer) l.leftJoin(r, both, options)
    else l.join(r, both, options)
  }).plan
}

const ownStore = (name: string, retention: number, retainDuplicates = true) =>
  windowStore(name, {
    key: string,
    value: string,
    windowSize: 20,
    retention,
    retainDuplicates,
    kind: 'memory',
  })

test('the stores of a join keep duplicates for window and grace, and are not cached', () => {
  const { stores } = joined(
    { within: 10, before: 5, grace: 100, storeName: 's', store: { changelog: 'off' } },
    true,
  )
  expect(stores).toHaveLength(3)
  expect(stores.find(({ name }) => name === 's-outer-other-join-store')).toEqual({
    kind: 'window',
    name: 's-outer-other-join-store',
    keySerde: string,
    valueSerde: long,
    engine: 'lmdb',
    changelog: 'off',
    caching: false,
    timestamped: false,
    windowSizeMs: 15,
    retentionMs: 115,
    segmentMs: 60_000,
    retainDuplicates: true,
    logsHeaders: true,
  })
  expect(stores.find(({ name }) => name === 's-left-shared-join-store')).toMatchObject({
    kind: 'outer-join-buffer',
    valueSerde: string,
    otherValueSerde: long,
    changelog: 'off',
  })
})

test('the buffer of a left join is where the store of the left side is', () => {
  const { stores } = joined({ within: 10, thisStore: ownStore('mine', 20) }, true)
  expect(stores.map(({ name, engine }) => [name, engine])).toEqual(
    expect.arrayContaining([
      ['mine', 'memory'],
      ['mine-left-shared-join-store', 'memory'],
      [expect.stringContaining('OUTEROTHER'), 'lmdb'],
    ]),
  )
})

test('stores of the user must fit the windows', () => {
  expect(() => joined({ within: 10, thisStore: ownStore('a', 99) })).toThrow(
    invalid("join: store 'a': Window settings mismatch. A window size of 20 ms and a retention of 99 ms"),
  )
  expect(() => joined({ within: 10, thisStore: ownStore('a', 20, false) })).toThrow(
    invalid("join: store 'a': The StoreSupplier must set retainDuplicates=true"),
  )
  const same = windowStore('a', {
    key: string,
    value: long,
    windowSize: 20,
    retention: 20,
    retainDuplicates: true,
  })
  expect(() => joined({ within: 10, thisStore: ownStore('a', 20), otherStore: same })).toThrow(
    invalid('Both StoreSuppliers have the same name'),
  )
})

test('a serde that a join needs and nobody gave', () => {
  const missing = (message: string) => expect.objectContaining({ code: 'serde-missing', message })
  const mapped = (b: StreamsBuilder) => b.stream(right).mapValues(String)
  expect(() => build((b) => b.stream(left).join(mapped(b), both, { within: 1 }))).toThrow(
    missing('join: the value serde is unknown; give it as { otherValue: ... }'),
  )
  build((b) => b.stream(left).join(mapped(b), both, { within: 1, otherValue: string }))
  expect(() =>
    build((b) =>
      b
        .stream(left)
        .selectKey((value) => value)
        .leftJoin(b.table(right), both),
    ),
  ).toThrow(missing('leftJoin: the key serde is unknown; give it as { key: ... }'))
})

test('joins without a name share the repartition of their stream', () => {
  const topics = (name?: string) =>
    build((b) => {
      const keyed = b.stream(left).selectKey((value) => value, { key: string })
      keyed.join(b.table(right), both)
      keyed.join(b.table(topic('other', { key: string, value: long })), both, {
        ...(name !== undefined && { name }),
      })
    }).plan.nodes.flatMap((node) => (node.kind === 'source' && node.internal ? node.topics : []))
  expect(topics()).toEqual(['KSTREAM-KEY-SELECT-0000000001-repartition'])
  expect(topics('mine')).toEqual(['KSTREAM-KEY-SELECT-0000000001-repartition', 'mine-repartition'])
})

test('a join with grace needs a table with versions, and enough of them', () => {
  const graced = (history: number | undefined, derive = false) =>
    build((b) => {
      const table = b.table(right, {
        store: { name: 't', ...(history !== undefined && { versioned: { history } }) },
      })
      b.stream(left).join(derive ? table.filter(() => true) : table, both, { grace: 100 })
    })
  expect(() => graced(undefined)).toThrow(
    invalid(
      'KSTREAM-JOIN-0000000003: KTable must be versioned to use a grace period in a stream table join.',
    ),
  )
  expect(() => graced(99)).toThrow(
    invalid("History retention must be at least grace period. Store 't' keeps 99 ms, the grace is 100 ms"),
  )
  graced(100)
  graced(100, true)
  expect(() => graced(99, true)).toThrow(invalid('History retention'))
})

test('a global table is joined where the stream is: nothing is repartitioned', () => {
  const { nodes } = build((b) => {
    const rates = b.globalTable(right)
    b.stream(left)
      .selectKey((value) => value)
      .join(rates, both, { keyOf: (value) => value })
  }).plan
  expect(nodes.map(({ kind }) => kind)).toEqual(['source', 'select-key', 'stream-global-join'])
})
