import { describe, expect, test } from 'vitest'
import { compareTopologies, type Finding } from '../../../src/cli/compare.ts'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { planDocument } from '../../../src/plan/describe-json.ts'
import { long, string } from '../../../src/serde/scalars.ts'

const input = topic('in', { key: string, value: string })

function compared(old: (b: StreamsBuilder) => void, now: (b: StreamsBuilder) => void): readonly Finding[] {
  const [before, after] = [old, now].map((build) => {
    const b = new StreamsBuilder()
    build(b)
    return planDocument(b.build())
  })
  return compareTopologies(before!, after!)
}

const breaks = (findings: readonly Finding[]) =>
  findings.filter(({ severity }) => severity === 'breaks').map(({ what }) => what)

describe('a new version of a topology', () => {
  test('that only maps differently goes on where the old one stops', () => {
    const findings = compared(
      (b) =>
        b
          .stream(input)
          .groupByKey()
          .count({ store: { name: 'counts' } }),
      (b) =>
        b
          .stream(input)
          .filter((value) => value !== '')
          .groupByKey()
          .count({ store: { name: 'counts' } }),
    )
    expect(findings).toEqual([])
  })

  test('that counts one step more renames a store without a name', () => {
    const [found, ...others] = compared(
      (b) => b.stream(input).groupByKey().count(),
      (b) =>
        b
          .stream(input)
          .filter((value) => value !== '')
          .groupByKey()
          .count(),
    )
    expect(others).toEqual([])
    expect(found).toMatchObject({ severity: 'breaks' })
    expect(found!.what).toBe(
      'store KSTREAM-AGGREGATE-STATE-STORE-0000000001 becomes KSTREAM-AGGREGATE-STATE-STORE-0000000002 and its changelog <application.id>-KSTREAM-AGGREGATE-STATE-STORE-0000000001-changelog becomes <application.id>-KSTREAM-AGGREGATE-STATE-STORE-0000000002-changelog',
    )
    expect(found!.advice).toContain("{ store: { name: 'KSTREAM-AGGREGATE-STATE-STORE-0000000001' } }")
  })

  test('that drops a store orphans its changelog', () => {
    const findings = compared(
      (b) =>
        b
          .stream(input)
          .groupByKey()
          .count({ store: { name: 'counts' } }),
      (b) => b.stream(input).to(topic('out', { key: string, value: string })),
    )
    expect(breaks(findings)).toEqual(['store counts is dropped'])
  })

  test('whose serdes differ reads bytes that others wrote', () => {
    const longs = topic('in', { key: string, value: long })
    const latest = { store: { name: 'latest' } } as const
    const numbers = (b: StreamsBuilder) => {
      b.stream(longs)
        .groupByKey()
        .reduce((_, value) => value, latest)
    }
    const texts = (b: StreamsBuilder) => {
      b.stream(input)
        .groupByKey()
        .reduce((_, value) => value, latest)
    }
    expect(breaks(compared(numbers, texts))).toEqual([
      'store latest means something else: value serde long becomes string',
    ])
  })

  test('that names or sizes a repartition topic anew leaves records behind', () => {
    const repartitioned = (name: string, partitions?: number) => (b: StreamsBuilder) => {
      b.stream(input)
        .repartition({ name, ...(partitions !== undefined && { partitions }) })
        .groupByKey()
        .count({ store: { name: 'counts' } })
    }
    expect(breaks(compared(repartitioned('one'), repartitioned('two')))).toEqual([
      'repartition topic <application.id>-one-repartition becomes <application.id>-two-repartition',
    ])
    expect(breaks(compared(repartitioned('one', 4), repartitioned('one', 6)))).toEqual([
      'repartition topic <application.id>-one-repartition: partitions 4 become 6',
    ])
  })

  test('whose tasks have other numbers is restored once, and loses nothing', () => {
    const counts = (b: StreamsBuilder) => {
      b.stream(input)
        .groupByKey()
        .count({ store: { name: 'counts' } })
    }
    const findings = compared(counts, (b) => {
      b.stream(topic('other', { key: string, value: string })).to(
        topic('out', { key: string, value: string }),
      )
      counts(b)
    })
    expect(breaks(findings)).toEqual([])
    expect(findings.map(({ what }) => what)).toEqual([
      'store counts moves from subtopology 0 to 1',
      'topic other is read too',
    ])
  })

  test('that switches a changelog off or on', () => {
    const counts = (changelog: 'off' | 'each') => (b: StreamsBuilder) => {
      b.stream(input)
        .groupByKey()
        .count({ store: { name: 'counts', changelog } })
    }
    expect(breaks(compared(counts('each'), counts('off')))).toEqual([
      'store counts no longer has a changelog',
    ])
    expect(breaks(compared(counts('off'), counts('each')))).toEqual([
      'store counts gets a changelog, <application.id>-counts-changelog',
    ])
  })
})
