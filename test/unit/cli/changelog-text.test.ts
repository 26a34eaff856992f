import { expect, test } from 'vitest'
import { decodeChangelogKey, decodeChangelogValue } from '../../../src/cli/changelog-text.ts'
import { utf8 } from '../../../src/core/bytes.ts'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { session, tumbling } from '../../../src/dsl/windows.ts'
import type { StoreSpec } from '../../../src/plan/store-spec.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import { sessionStoreKey, windowStoreKey } from '../../../src/store/segment-keys.ts'

const stores = (): ReadonlyMap<string, StoreSpec> => {
  const b = new StreamsBuilder()
  const grouped = b.stream(topic('in', { key: string, value: string })).groupByKey()
  grouped.count({ store: { name: 'plain' } })
  grouped.windowedBy(tumbling('1m')).count({ store: { name: 'windows' } })
  grouped.windowedBy(session('1m')).count({ store: { name: 'sessions' } })
  return new Map(b.build().stores.map((spec) => [spec.name, spec]))
}

test('keys of changelogs are read as their store has them, with window or session', () => {
  const specs = stores()
  const key = (name: string, bytes: Uint8Array) => decodeChangelogKey(specs.get(name)!, bytes)
  expect(key('plain', utf8('k'))).toEqual({ read: 'k' })
  expect(key('windows', windowStoreKey(utf8('k'), 60_000, 0))).toEqual({
    read: { key: 'k', window: { start: 60_000, end: 120_000 } },
  })
  expect(key('sessions', sessionStoreKey(utf8('k'), 5, 9))).toEqual({
    read: { key: 'k', window: { start: 5, end: 9 } },
  })
})

test('values are read, tombstones are null, and bytes that no serde reads are shown with the reason', () => {
  const plain = stores().get('plain')!
  expect(decodeChangelogValue(plain, long.serialize(7))).toEqual({ read: 7 })
  expect(decodeChangelogValue(plain, null)).toEqual({ read: null })
  expect(decodeChangelogValue(plain, utf8('abc'))).toEqual({
    base64: 'YWJj',
    why: expect.stringContaining('3'),
  })
  expect(decodeChangelogKey(stores().get('windows')!, utf8('short'))).toMatchObject({ base64: 'c2hvcnQ=' })
})
