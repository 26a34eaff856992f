import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8, utf8Text } from '../../src/core/bytes.ts'
import { ManualClock } from '../../src/core/time/clock.ts'
import type {
  KeyValueStoreSpec,
  SessionStoreSpec,
  StoreSpec,
  VersionedStoreSpec,
  WindowStoreSpec,
} from '../../src/plan/store-spec.ts'
import type {
  KeyValueStore,
  SessionStore,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  WindowStore,
} from '../../src/store/state-stores.ts'
import { PageReader } from '../../src/task/page-reader.ts'
import type { ScanQuestion, StoreRow } from '../../src/task/store-question.ts'
import { runs } from './runs.ts'
import { base, StoreRun } from './store-harness.ts'

// Queries, a page at a time, against what operators read of the same store.

/** Keys of which one begins another, with bytes that sort before those of times. */
const keys = ['', 'a', 'a\u0000', 'a\u0000\u0000\u0001', 'ab', 'b', 'ba', 'c'] as const
const key = fc.constantFrom(...keys)
const minute = 60_000

const put = fc.record({
  do: fc.constant('put' as const),
  key,
  time: fc.nat({ max: 10 * minute }),
  length: fc.nat({ max: 2 * minute }),
  value: fc.option(fc.constantFrom('x', 'y', 'z'), { freq: 4 }),
})
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: put },
    fc.constant({ do: 'checkpoint' as const }),
    fc.constant({ do: 'commit' as const }),
  ),
  { maxLength: 60 },
)
const asked = fc.record({
  from: fc.option(key, { nil: undefined }),
  to: fc.option(key, { nil: undefined }),
  fromTime: fc.nat({ max: 11 * minute }),
  toTime: fc.nat({ max: 11 * minute }),
  reverse: fc.boolean(),
  limit: fc.integer({ min: 1, max: 5 }),
  /** The scan of the page before is not there any more. */
  forgets: fc.boolean(),
})
type Asked = typeof asked extends fc.Arbitrary<infer A> ? A : never
type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never

/** A clock whose every look takes a ms, so that pages are cut by time too. */
class BusyClock extends ManualClock {
  #looks = 0

  override monotonic(): number {
    return ++this.#looks
  }
}

function pages({ built }: StoreRun<unknown>, question: ScanQuestion, { limit, forgets }: Asked): StoreRow[] {
  const rows: StoreRow[] = []
  let reader = new PageReader(new BusyClock())
  for (let after: Uint8Array | undefined; ; ) {
    const page = reader.read(built, { question, limit, ...(after && { after }) })
    expect(page.rows.length).toBeLessThanOrEqual(limit)
    rows.push(...page.rows.map((row) => ({ ...row, key: row.key.slice(), value: row.value.slice() })))
    if (!page.after) return rows
    after = page.after.slice()
    if (forgets) reader = new PageReader(new BusyClock())
  }
}

function check(
  spec: StoreSpec,
  cacheMaxBytes: number,
  doPut: (run: StoreRun<unknown>, step: Extract<Step, { do: 'put' }>) => void,
  compare: (run: StoreRun<unknown>, asked: Asked) => void,
): Promise<void> {
  return fc.assert(
    fc.asyncProperty(steps, fc.array(asked, { minLength: 1, maxLength: 4 }), async (all, questions) => {
      const run = new StoreRun<unknown>({ ...spec, caching: cacheMaxBytes > 0 } as StoreSpec, {
        cacheMaxBytes,
      })
      for (const step of all) {
        if (step.do === 'put') doPut(run.at(step.time), step)
        else if (step.do === 'commit') run.commit()
        else await run.checkpoint()
      }
      for (const question of questions) compare(run, question)
    }),
    runs(150),
  )
}

const shownKey = (row: StoreRow): string =>
  `${utf8Text(row.key)}@${row.start}-${row.end}=${utf8Text(row.value)}`

describe.each([0, 100_000])('cache of %d bytes', (cacheMaxBytes) => {
  const kv: KeyValueStoreSpec = { ...base, kind: 'key-value', timestamped: true }

  test('key-value', async () => {
    await check(
      kv,
      cacheMaxBytes,
      (run, { key, value, time }) => {
        const store = run.store as KeyValueStore<string, ValueAndTimestamp<string>>
        store.put(key, value === null ? null : { value, timestamp: time })
      },
      (run, question) => {
        const { from, to, reverse } = question
        const store = run.store as KeyValueStore<string, ValueAndTimestamp<string>>
        const expected = [
          ...store.range({ ...(from !== undefined && { from }), ...(to !== undefined && { to }), reverse }),
        ]
        const found = pages(
          run,
          {
            kind: 'range',
            ...(from !== undefined && { from: utf8(from) }),
            ...(to !== undefined && { before: new Uint8Array([...utf8(to), 0]) }),
            reverse,
          },
          question,
        )
        // An empty range comes out empty whichever bound is first.
        const empty = from !== undefined && to !== undefined && Buffer.compare(utf8(from), utf8(to)) > 0
        expect(found.map((row) => [utf8Text(row.key), utf8Text(row.value), row.timestamp])).toEqual(
          empty ? [] : expected.map(({ key, value }) => [key, value.value, value.timestamp]),
        )
      },
    )
  })

  const windows: WindowStoreSpec = {
    ...base,
    kind: 'window',
    timestamped: false,
    windowSizeMs: minute,
    retentionMs: 4 * minute,
    segmentMs: 2 * minute,
    retainDuplicates: false,
  }
  test.each([
    ['aligned', { ...windows, advanceMs: minute / 2 }],
    ['not aligned', windows],
    ['in memory', { ...windows, engine: 'memory' }],
    ['by time', { ...windows, timeOrdered: true, advanceMs: minute / 2 }],
  ] as const)('windows, %s', async (_, spec) => {
    await check(
      spec,
      cacheMaxBytes,
      (run, { key, value, time }) => {
        const step = 'advanceMs' in spec ? spec.advanceMs : 7000
        ;(run.store as WindowStore<string, string>).put(key, value, Math.floor(time / step) * step)
      },
      (run, question) => {
        const { from, to, fromTime, toTime, reverse } = question
        const bounds = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
        const store = run.store as WindowStore<string, string>
        const expected = [...store.fetchKeys(bounds, fromTime, toTime, { reverse })].map(
          ({ key: { key, window }, value }) => `${key}@${window.start}-${window.end}=${value}`,
        )
        const found = pages(run, windowsOf(question), question).map(shownKey)
        expect([...found].sort()).toEqual([...new Set(expected)].sort())
        for (const key of keys) expect(ofKey(found, key)).toEqual(ofKey([...new Set(expected)], key))
      },
    )
  })

  test('sessions', async () => {
    const spec: SessionStoreSpec = {
      ...base,
      kind: 'session',
      retentionMs: 4 * minute,
      segmentMs: 2 * minute,
    }
    await check(
      spec,
      cacheMaxBytes,
      (run, { key, value, time, length }) =>
        (run.store as SessionStore<string, string>).put(
          { key, window: { start: Math.max(0, time - length), end: time } },
          value,
        ),
      (run, question) => {
        const { from, to, fromTime, toTime, reverse } = question
        const bounds = { ...(from !== undefined && { from }), ...(to !== undefined && { to }), reverse }
        const store = run.store as SessionStore<string, string>
        const expected = [...store.findSessionsOf(bounds, fromTime, toTime)].map(
          ({ key: { key, window }, value }) => `${key}@${window.start}-${window.end}=${value}`,
        )
        const sessions = { ...windowsOf(question), toTime: Number.MAX_SAFE_INTEGER, latestStart: toTime }
        const found = pages(run, sessions, question).map(shownKey)
        expect([...found].sort()).toEqual([...new Set(expected)].sort())
        for (const key of keys) expect(ofKey(found, key)).toEqual(ofKey([...new Set(expected)], key))
      },
    )
  })
})

test('versions', async () => {
  const spec: VersionedStoreSpec = {
    ...base,
    kind: 'versioned',
    historyRetentionMs: 4 * minute,
    segmentMs: 2 * minute,
  }
  await check(
    spec,
    0,
    (run, { key, value, time }) => {
      ;(run.store as VersionedKeyValueStore<string, string>).put(key, value, time)
    },
    (run, question) => {
      const { fromTime, toTime, reverse } = question
      const store = run.store as VersionedKeyValueStore<string, string>
      for (const key of keys) {
        const found = pages(run, { kind: 'versions', key: utf8(key), fromTime, toTime, reverse }, question)
        const times = found.map(({ timestamp }) => timestamp)
        expect(times).toEqual([...times].sort((a, b) => (reverse ? b - a : a - b)))
        // Each moment has the version that is valid then, of those whose history is kept.
        for (const at of [fromTime, toTime, Math.floor((fromTime + toTime) / 2)]) {
          if (at < fromTime || at > toTime) continue
          const valid = store.get(key, at)
          const listed = found.find(({ start, end }) => start <= at && (end < 0 || at < end))
          if (valid) expect(listed && utf8Text(listed.value)).toBe(valid.value)
        }
      }
    },
  )
})

function windowsOf({
  from,
  to,
  fromTime,
  toTime,
  reverse,
}: Asked): Extract<ScanQuestion, { kind: 'windows' }> {
  return {
    kind: 'windows',
    ...(from !== undefined && { from: utf8(from) }),
    ...(to !== undefined && { to: utf8(to) }),
    fromTime,
    toTime,
    latestStart: Number.MAX_SAFE_INTEGER,
    reverse,
  }
}

function ofKey(shown: readonly string[], key: string): readonly string[] {
  return shown.filter((one) => one.slice(0, one.lastIndexOf('@')) === key)
}
