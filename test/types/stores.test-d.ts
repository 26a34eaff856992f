import { describe, expectTypeOf, test } from 'vitest'
import {
  type Entry,
  int64,
  type KeyValueStore,
  keyValueStore,
  long,
  type ReadOnlyKeyValueStore,
  type ReadOnlySessionStore,
  type ReadOnlyWindowStore,
  type SessionStore,
  type StoreIterator,
  type StoreToken,
  sessionStore,
  string,
  timestampedKeyValueStore,
  timestampedWindowStore,
  type ValueAndTimestamp,
  type VersionedKeyValueStore,
  type VersionedRecord,
  versionedKeyValueStore,
  type Windowed,
  type WindowStore,
  windowStore,
} from '../../src/index.ts'

const serdes = { key: string, value: long }
const ofWindows = { ...serdes, windowSize: '5m', retention: '1h' } as const

describe('declarations', () => {
  test('keyValueStore', () => {
    expectTypeOf(keyValueStore('s', { ...serdes, maxEntries: 5, caching: true })).toEqualTypeOf<
      StoreToken<KeyValueStore<string, number>>
    >()
    // @ts-expect-error no value serde
    keyValueStore('s', { key: string })
    // @ts-expect-error no key serde
    keyValueStore('s', { value: string })
    // @ts-expect-error only windows are retained
    keyValueStore('s', { ...serdes, retention: '1h' })
    // @ts-expect-error no such kind
    keyValueStore('s', { ...serdes, kind: 'disk' })
    // @ts-expect-error no such way of logging
    keyValueStore('s', { ...serdes, changelog: 'on' })
    // @ts-expect-error the serde of another value
    keyValueStore<string, number>('s', { key: string, value: int64 })
  })

  test('timestampedKeyValueStore', () => {
    expectTypeOf(timestampedKeyValueStore('s', serdes)).toEqualTypeOf<
      StoreToken<KeyValueStore<string, ValueAndTimestamp<number>>>
    >()
    // @ts-expect-error no value serde
    timestampedKeyValueStore('s', { key: string })
    // @ts-expect-error versions are of another store
    timestampedKeyValueStore('s', { ...serdes, history: '1h' })
  })

  test('versionedKeyValueStore', () => {
    expectTypeOf(versionedKeyValueStore('s', { ...serdes, history: '1h' })).toEqualTypeOf<
      StoreToken<VersionedKeyValueStore<string, number>>
    >()
    // @ts-expect-error for how long?
    versionedKeyValueStore('s', serdes)
    // @ts-expect-error versions are never cached
    versionedKeyValueStore('s', { ...serdes, history: '1h', caching: true })
  })

  test('windowStore', () => {
    expectTypeOf(windowStore('s', { ...ofWindows, retainDuplicates: true })).toEqualTypeOf<
      StoreToken<WindowStore<string, number>>
    >()
    // @ts-expect-error windows of which size?
    windowStore('s', { ...serdes, retention: '1h' })
    // @ts-expect-error for how long?
    windowStore('s', { ...serdes, windowSize: '1h' })
    // @ts-expect-error not a duration
    windowStore('s', { ...ofWindows, windowSize: 'short' })
  })

  test('timestampedWindowStore', () => {
    expectTypeOf(timestampedWindowStore('s', ofWindows)).toEqualTypeOf<
      StoreToken<WindowStore<string, ValueAndTimestamp<number>>>
    >()
    // @ts-expect-error windows of which size?
    timestampedWindowStore('s', serdes)
  })

  test('sessionStore', () => {
    expectTypeOf(sessionStore('s', { ...serdes, retention: '1h' })).toEqualTypeOf<
      StoreToken<SessionStore<string, number>>
    >()
    // @ts-expect-error for how long?
    sessionStore('s', serdes)
    // @ts-expect-error sessions have no size
    sessionStore('s', { ...serdes, retention: '1h', windowSize: '5m' })
  })
})

describe('what processors and queries see', () => {
  test('KeyValueStore', () => {
    expectTypeOf<keyof ReadOnlyKeyValueStore<string, number>>().toEqualTypeOf<
      'all' | 'approximateNumEntries' | 'get' | 'prefixScan' | 'range'
    >()
    expectTypeOf<
      Exclude<keyof KeyValueStore<string, number>, keyof ReadOnlyKeyValueStore<string, number>>
    >().toEqualTypeOf<'delete' | 'put' | 'putAll' | 'putIfAbsent'>()
    const store = {} as KeyValueStore<string, number>
    expectTypeOf(store.get('a')).toEqualTypeOf<number | undefined>()
    expectTypeOf(store.range({ from: 'a', reverse: true })).toEqualTypeOf<
      StoreIterator<Entry<string, number>>
    >()
    expectTypeOf(store.delete('a')).toEqualTypeOf<number | undefined>()
    store.put('a', null)
    // @ts-expect-error a value of another type
    store.put('a', 'b')
    // @ts-expect-error a key of another type
    store.get(1)
    // @ts-expect-error undefined says that nothing was found, and deletes nothing
    store.put('a', undefined)
    // @ts-expect-error bytes are compared, not text
    store.prefixScan('a')
    // @ts-expect-error no such bound
    store.range({ until: 'b' })
  })

  test('WindowStore', () => {
    expectTypeOf<keyof ReadOnlyWindowStore<string, number>>().toEqualTypeOf<
      'all' | 'fetch' | 'fetchAll' | 'fetchKeys' | 'get'
    >()
    const store = {} as WindowStore<string, number>
    expectTypeOf(store.fetch('a', 0, 10)).toEqualTypeOf<StoreIterator<Entry<number, number>>>()
    expectTypeOf(store.fetchAll(0, 10)).toEqualTypeOf<StoreIterator<Entry<Windowed<string>, number>>>()
    store.put('a', 1, 0)
    // @ts-expect-error into which window?
    store.put('a', 1)
    // @ts-expect-error window starts are ms
    store.fetch('a', '1h', '2h')
  })

  test('SessionStore', () => {
    expectTypeOf<keyof ReadOnlySessionStore<string, number>>().toEqualTypeOf<
      'fetch' | 'fetchKeys' | 'fetchSession' | 'findSessions' | 'findSessionsByEnd' | 'findSessionsOf'
    >()
    const store = {} as SessionStore<string, number>
    expectTypeOf(store.fetchSession('a', 0, 1)).toEqualTypeOf<number | undefined>()
    expectTypeOf(store.findSessions('a', 0, 1)).toEqualTypeOf<
      StoreIterator<Entry<Windowed<string>, number>>
    >()
    store.put({ key: 'a', window: { start: 0, end: 1 } }, null)
    // @ts-expect-error of which session?
    store.put('a', 1)
    // @ts-expect-error of which session?
    store.remove('a')
  })

  test('VersionedKeyValueStore', () => {
    expectTypeOf<keyof VersionedKeyValueStore<string, number>>().toEqualTypeOf<'delete' | 'get' | 'put'>()
    const store = {} as VersionedKeyValueStore<string, number>
    expectTypeOf(store.get('a', 5)).toEqualTypeOf<VersionedRecord<number> | undefined>()
    expectTypeOf(store.put('a', 1, 5)).toEqualTypeOf<number>()
    // @ts-expect-error as of when?
    store.put('a', 1)
    // @ts-expect-error as of when?
    store.delete('a')
  })
})
