import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import {
  type Checkpoint,
  type CheckpointedStore,
  decodeCheckpoint,
  type ExpectedStore,
  encodeCheckpoint,
  type JudgeOptions,
  judgeCheckpoint,
} from '../../../src/store/checkpoint.ts'

const store: CheckpointedStore = {
  name: 'counts',
  fingerprint: 'count/1',
  changelogTopic: 'app-counts-changelog',
  changelogTopicId: 'topic-1',
  changelogPartition: 3,
  changelogOffset: 42,
}
const expectedStore: ExpectedStore = { ...store, changelogStart: 0, changelogEnd: 100 }
const checkpoint: Checkpoint = {
  format: 1,
  stores: [store],
  committedAtMs: 1_000_000,
  bootId: 'boot',
  clean: false,
}
const options: JudgeOptions = { now: 1_000_500, bootId: 'boot', deleteRetentionMs: 100_000 }

const judge = (
  change: Partial<Checkpoint> = {},
  expected: Partial<ExpectedStore> = {},
  judging: Partial<JudgeOptions> = {},
): string => {
  const judgement = judgeCheckpoint({ ...checkpoint, ...change }, [{ ...expectedStore, ...expected }], {
    ...options,
    ...judging,
  })
  return judgement.use ? JSON.stringify([...judgement.offsets]) : judgement.reason
}
const used = '[["counts",42]]'

describe('encoding', () => {
  test('comes back', () => {
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toEqual(checkpoint)
  })

  test.each([
    '',
    'null',
    '[]',
    '"x"',
    '{',
    JSON.stringify({ ...checkpoint, format: 2 }),
    JSON.stringify({ ...checkpoint, committedAtMs: '1' }),
    JSON.stringify({ ...checkpoint, bootId: undefined }),
    JSON.stringify({ ...checkpoint, clean: 1 }),
    JSON.stringify({ ...checkpoint, stores: {} }),
    JSON.stringify({ ...checkpoint, stores: [null] }),
    JSON.stringify({ ...checkpoint, stores: [{ ...store, name: 1 }] }),
    JSON.stringify({ ...checkpoint, stores: [{ ...store, fingerprint: null }] }),
    JSON.stringify({ ...checkpoint, stores: [{ ...store, changelogOffset: -1 }] }),
    JSON.stringify({ ...checkpoint, stores: [{ ...store, changelogPartition: 0.5 }] }),
  ])('%s is malformed', (text) => {
    expect(decodeCheckpoint(utf8(text))).toBe('malformed')
  })

  test('cut off anywhere it is malformed', () => {
    const bytes = encodeCheckpoint(checkpoint)
    for (let end = 0; end < bytes.length; end++)
      expect(decodeCheckpoint(bytes.subarray(0, end))).toBe('malformed')
  })
})

describe('judging', () => {
  test('a good one is used, from its offsets', () => {
    expect(judge()).toBe(used)
  })

  test('none, and one of another format', () => {
    expect(judgeCheckpoint(undefined, [expectedStore], options)).toEqual({
      use: false,
      reason: 'there is no checkpoint',
    })
    expect(judgeCheckpoint('malformed', [expectedStore], options)).toMatchObject({ use: false })
  })

  test('another boot counts only if it was not closed cleanly', () => {
    expect(judge({ bootId: 'other' })).toMatch(/started since/)
    expect(judge({ bootId: 'other', clean: true })).toBe(used)
    expect(judge({ clean: true })).toBe(used)
  })

  test('an unknown boot is another one', () => {
    expect(judge({ bootId: 'unknown' }, {}, { bootId: 'unknown' })).toMatch(/started since/)
    expect(judge({ bootId: 'unknown', clean: true }, {}, { bootId: 'unknown' })).toBe(used)
  })

  test('what the rows mean', () => {
    expect(judge({}, { fingerprint: 'count/2' })).toMatch(/counts: its rows mean something else/)
  })

  test('the changelog topic, its id and partition', () => {
    expect(judge({}, { changelogTopic: 'x' })).toMatch(/changelog was app-counts-changelog-3/)
    expect(judge({}, { changelogPartition: 4 })).toMatch(/changelog was app-counts-changelog-3/)
    expect(judge({}, { changelogTopicId: 'topic-2' })).toMatch(/made again/)
  })

  test('the changelog must still hold the offset to go on from', () => {
    expect(judge({}, { changelogStart: 42, changelogEnd: 42 })).toBe(used)
    expect(judge({}, { changelogStart: 43 })).toMatch(/42 is not in the changelog, which has 43 to 100/)
    expect(judge({}, { changelogEnd: 41 })).toMatch(/42 is not in the changelog, which has 0 to 41/)
  })

  test('every store must be there, others may be', () => {
    expect(judge({}, { name: 'sums' })).toMatch(/sums: the checkpoint does not hold it/)
    expect(judge({ stores: [{ ...store, name: 'other' }, store] })).toBe(used)
  })

  test('age: up to nine tenths of the time that tombstones are kept', () => {
    expect(judge({}, {}, { now: checkpoint.committedAtMs + 90_000 })).toBe(used)
    expect(judge({}, {}, { now: checkpoint.committedAtMs + 90_001 })).toMatch(/90001 ms old/)
    expect(judge({ clean: true }, {}, { now: checkpoint.committedAtMs + 90_001 })).toMatch(/90001 ms old/)
  })

  test('a clock set back tells no age', () => {
    expect(judge({}, {}, { now: checkpoint.committedAtMs - 10_000 })).toBe(used)
    expect(judge({}, {}, { now: checkpoint.committedAtMs - 10_001 })).toMatch(/in the future/)
  })
})
