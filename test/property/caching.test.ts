import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StreamsBuilder } from '../../src/dsl/builder.ts'
import type { KTable } from '../../src/dsl/table.ts'
import { topic } from '../../src/dsl/topic.ts'
import { type Topology, topology } from '../../src/dsl/topology.ts'
import { hopping, session, sliding, tumbling } from '../../src/dsl/windows.ts'
import { long, string } from '../../src/serde/scalars.ts'
import type { Windowed } from '../../src/serde/windowed.ts'
import { TopologyTestDriver } from '../../src/testing/topology-test-driver.ts'
import { runs } from './runs.ts'

// A record cache leaves out updates, and nothing else: at each commit, stores and results written so far, as a table, are
// those without one. So are they when each change is logged or the last of each commit.

const input = topic('input', { key: string, value: string })
const other = topic('other', { key: string, value: string })
const output = topic('output', { key: string, value: string })

type Table = KTable<string, string>

const join = (left: string | null, right: string | null): string => `${left}+${right}`
const concat = (all: string, value: string): string => `${all}${value}`
const named = (name: string) => ({ value: string, store: { name } }) as const
/** A cache, as Java's, shows also what the store below has let go of already: here nothing expires. */
const windowed = { value: string, store: { name: 'windows', retention: '1h' } } as const

function flat(table: KTable<Windowed<string>, string>): void {
  table
    .toStream()
    .selectKey((_, { key, window }) => `${key}@${window.start}/${window.end}`)
    .to(output)
}

/** In how many rows a letter comes first; those in none are not there, as they are not if nobody saw them come and go. */
const letters = (b: StreamsBuilder): KTable<string, number> =>
  b
    .table(input, named('rows'))
    .groupBy((value, key) => [value.slice(0, 1), key], { key: string, value: string })
    .aggregate(
      () => 0,
      (rows) => rows + 1,
      (rows) => (rows === 1 ? null : rows - 1),
      { value: long, store: { name: 'letters' } },
    )

const topologies: Readonly<Record<string, (b: StreamsBuilder) => void>> = {
  reduce: (b) => b.stream(input).groupByKey().reduce(concat, named('reduced')).toStream().to(output),
  aggregate: (b) => {
    const aggregate = b
      .stream(input)
      .groupByKey()
      .aggregate(
        () => '',
        // Deletes now and then.
        (all, value) => (value === 'z' ? null : all + value),
        named('aggregated'),
      )
    aggregate.toStream().to(output)
  },
  cogroup: (b) => {
    const cogrouped = b
      .stream(input)
      .groupByKey()
      .cogroup(concat)
      .cogroup(b.stream(other).groupByKey(), concat)
    cogrouped
      .aggregate(() => '', named('cogrouped'))
      .toStream()
      .to(output)
  },
  'tumbling windows': (b) =>
    flat(
      b
        .stream(input)
        .groupByKey()
        .windowedBy(tumbling(20, { grace: 10 }))
        .reduce(concat, windowed),
    ),
  'hopping windows': (b) =>
    flat(
      b
        .stream(input)
        .groupByKey()
        .windowedBy(hopping(20, { advance: 7, grace: 10 }))
        .reduce(concat, windowed),
    ),
  'sliding windows': (b) =>
    flat(
      b
        .stream(input)
        .groupByKey()
        .windowedBy(sliding(20, { grace: 50 }))
        .reduce(concat, windowed),
    ),
  sessions: (b) =>
    flat(
      b
        .stream(input)
        .groupByKey()
        .windowedBy(session(10, { grace: 10 }))
        .reduce(concat, windowed),
    ),
  'a group of a table': (b) =>
    letters(b)
      .toStream()
      .to(topic('output', { key: string, value: long })),
  'derived tables': (b) => {
    b.table(input, named('rows'))
      .filter((value) => value !== 'y', named('filtered'))
      .mapValues((value) => `${value}!`, named('mapped'))
      .toStream()
      .to(output)
  },
  'a left join': (b) => tables(b, (left, right) => left.leftJoin(right, join, named('joined'))),
  'an outer join': (b) => tables(b, (left, right) => left.outerJoin(right, join, named('joined'))),
  'a left join by foreign key': (b) => {
    const options = { ...named('joined'), foreignKey: (value: string) => value.slice(0, 1) }
    tables(b, (left, right) => left.leftJoin(right, join, options))
  },
}

function tables(b: StreamsBuilder, joined: (left: Table, right: Table) => Table): void {
  joined(b.table(input, named('left')), b.table(other, named('right')))
    .toStream()
    .to(output)
}

interface Step {
  readonly to: 'input' | 'other'
  readonly key: string
  readonly value: string | null
  readonly timestamp: number
  readonly commits: boolean
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    to: fc.constantFrom('input' as const, 'input' as const, 'other' as const),
    key: fc.constantFrom('a', 'b', 'x'),
    value: fc.option(fc.constantFrom('x', 'y', 'z'), { freq: 6 }),
    timestamp: fc.nat({ max: 100 }),
    commits: fc.nat({ max: 4 }).map((n) => n === 0),
  }),
  { maxLength: 50 },
)

/** What a topology has made of its input at a commit. */
class Run {
  readonly #driver: TopologyTestDriver
  readonly #topics: readonly string[]
  readonly #results = new Map<string, string>()
  #read = 0

  constructor(built: Topology, cacheMaxBytes: number, changelog: 'each' | 'as-declared') {
    this.#driver = new TopologyTestDriver(built, { cacheMaxBytes, changelog, commit: 'manual' })
    this.#topics = built.plan.nodes.flatMap((node) => (node.kind === 'source' ? node.topics : []))
  }

  pipe({ to, key, value, timestamp }: Step): void {
    if (this.#topics.includes(to)) this.#driver.input({ ...input, name: to }).pipe(key, value, { timestamp })
  }

  /** Each table on the way lets its updates go at a commit of its own. */
  commit(): void {
    for (let i = 0; i < 4; i++) this.#driver.commit()
  }

  get results(): unknown {
    const produced = this.#driver.produced('output')
    for (; this.#read < produced.length; this.#read++) {
      const { key, value } = produced[this.#read]!
      const text = Buffer.from(key!).toString()
      if (value) this.#results.set(text, Buffer.from(value).toString())
      else this.#results.delete(text)
    }
    return new Map([...this.#results].sort())
  }

  get stores(): unknown {
    return this.#stores((entry) => entry)
  }

  /** Without times: that of a joined row is of the latest update that was seen, of a side that has gone too. */
  get values(): unknown {
    return this.#stores((entry) => ({ ...(entry as object), timestamp: undefined }))
  }

  /** How many records it has written, changelogs included. */
  get written(): number {
    return this.#driver.produced().length
  }

  close(): void {
    this.#driver.close()
  }

  #stores(shown: (entry: unknown) => unknown): unknown {
    return new Map(
      [...this.#driver.stores().values()].map((store) => [store.name, store.entries().map(shown)]),
    )
  }
}

describe.each(Object.entries(topologies))('%s', (_name, build) => {
  const built = topology(import.meta.url, (b) => {
    build(b)
    return undefined
  })

  function same(list: readonly Step[], part: 'stores' | 'values', one: Run, another: Run): void {
    try {
      for (const step of list) {
        one.pipe(step)
        another.pipe(step)
        if (!step.commits) continue
        one.commit()
        another.commit()
        expect(another.results).toEqual(one.results)
        expect(another[part]).toEqual(one[part])
      }
    } finally {
      one.close()
      another.close()
    }
  }

  test('the last change of each commit is all that needs to be logged', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const [each, coalesced] = [new Run(built, 0, 'each'), new Run(built, 0, 'as-declared')]
        same(list, 'stores', each, coalesced)
        expect(coalesced.written).toBeLessThanOrEqual(each.written)
      }),
      runs(20),
    )
  })

  test('at commits, a cache makes no difference', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(500, 2 ** 20), (list, cacheMaxBytes) =>
        same(list, 'values', new Run(built, 0, 'each'), new Run(built, cacheMaxBytes, 'each')),
      ),
      runs(40),
    )
  })
})
