import { describe, expect, test } from 'vitest'
import {
  keyValueStore,
  sessionStore,
  timestampedKeyValueStore,
  versionedKeyValueStore,
  windowStore,
} from '../../../src/dsl/stores.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import type { StoreToken } from '../../../src/plan/processor-spec.ts'
import { string } from '../../../src/serde/scalars.ts'
import type {
  KeyValueStore,
  SessionStore,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  WindowStore,
} from '../../../src/store/state-stores.ts'
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.ts'

const serdes = { key: string, value: string }
const filling = topic('filling', serdes)
const asking = topic('asking', serdes)
const answers = topic('answers', serdes)
const session = { key: 'a', window: { start: 0, end: 5 } }

/**
 * A driver of a topology where each record of `filling` goes into a global store, and each of `asking` makes a processor
 * use it.
 */
function driven<S>(
  token: StoreToken<S>,
  fill: (store: S, key: string, value: string) => void,
  use: (store: S) => unknown,
): TopologyTestDriver {
  const built = topology(import.meta.url, (b) => {
    b.addGlobalStore(token, filling, {
      process({ key, value }, context) {
        fill(context.store(token), key, value)
        return undefined
      },
    })
    b.stream(asking)
      .process<string, string>(
        { process: (record, context) => ({ ...record, value: JSON.stringify(use(context.store(token))) }) },
        { value: string },
      )
      .to(answers)
    return undefined
  })
  return new TopologyTestDriver(built)
}

/** What a processor gets from a global store that holds `v` for `a`. */
function answer<S>(...args: Parameters<typeof driven<S>>): unknown {
  using driver = driven(...args)
  driver.input(filling).pipe('a', 'v', { timestamp: 5 })
  driver.input(asking).pipe('x', 'y', { timestamp: 5 })
  return JSON.parse(driver.output(answers).read()!.value!)
}

describe('processors read a global store, and cannot write to it', () => {
  const refused = /global store 'g' is read only/

  test('keys and values', () => {
    const token = keyValueStore('g', serdes)
    const fill = (store: KeyValueStore<string, string>, key: string, value: string): void =>
      store.put(key, value)
    expect(answer(token, fill, (store) => [store.get('a'), [...store.all()]])).toEqual([
      'v',
      [{ key: 'a', value: 'v' }],
    ])
    const writing: ((store: KeyValueStore<string, string>) => unknown)[] = [
      (store) => store.put('a', 'w'),
      (store) => store.putIfAbsent('a', 'w'),
      (store) => store.putAll([]),
      (store) => store.delete('a'),
    ]
    for (const write of writing) expect(() => answer(token, fill, write)).toThrow(refused)
  })

  test('timestamped ones', () => {
    const token = timestampedKeyValueStore('g', serdes)
    const fill = (
      store: KeyValueStore<string, ValueAndTimestamp<string>>,
      key: string,
      value: string,
    ): void => store.put(key, { value, timestamp: 7 })
    expect(answer(token, fill, (store) => store.get('a'))).toEqual({ value: 'v', timestamp: 7 })
    expect(() => answer(token, fill, (store) => store.delete('a'))).toThrow(refused)
  })

  test('windows', () => {
    const token = windowStore('g', { ...serdes, windowSize: 10, retention: '1h' })
    const fill = (store: WindowStore<string, string>, key: string, value: string): void =>
      store.put(key, value, 0)
    expect(answer(token, fill, (store) => store.get('a', 0))).toBe('v')
    expect(() => answer(token, fill, (store) => store.put('a', 'w', 0))).toThrow(refused)
  })

  test('sessions', () => {
    const token = sessionStore('g', { ...serdes, retention: '1h' })
    const fill = (store: SessionStore<string, string>, _key: string, value: string): void =>
      store.put(session, value)
    expect(answer(token, fill, (store) => store.fetchSession('a', 0, 5))).toBe('v')
    expect(() => answer(token, fill, (store) => store.put(session, 'w'))).toThrow(refused)
    expect(() => answer(token, fill, (store) => store.remove(session))).toThrow(refused)
  })

  test('versions', () => {
    const token = versionedKeyValueStore('g', { ...serdes, history: '1h' })
    const fill = (store: VersionedKeyValueStore<string, string>, key: string, value: string): unknown =>
      store.put(key, value, 3)
    expect(answer(token, fill, (store) => store.get('a', 4))).toEqual({ value: 'v', timestamp: 3 })
    expect(() => answer(token, fill, (store) => store.put('a', 'w', 4))).toThrow(refused)
    expect(() => answer(token, fill, (store) => store.delete('a', 4))).toThrow(refused)
  })
})

test('a transformer of table values may look into one too', () => {
  const token = keyValueStore('g', serdes)
  const built = topology(import.meta.url, (b) => {
    b.addGlobalStore(token, filling, {
      process({ key, value }, context) {
        context.store(token).put(key, value)
        return undefined
      },
    })
    b.table(asking)
      .transformValues({ transform: (value, _key, context) => context.store(token).get(value ?? '') ?? null })
      .toStream()
      .to(answers)
    return undefined
  })
  using driver = new TopologyTestDriver(built)
  driver.input(filling).pipe('a', 'v')
  driver.input(asking).pipe('x', 'a')
  expect(driver.output(answers).readPairs()).toEqual([['x', 'v']])
})

test('a global table takes records with the time they have in their topic, whatever the topic says', () => {
  const extracted = topic('filling', { ...serdes, timestamp: () => 99 })
  const built = topology(import.meta.url, (b) => {
    b.globalTable(extracted, { store: { name: 'g' } })
    return undefined
  })
  using driver = new TopologyTestDriver(built)
  driver.input(extracted).pipe('a', 'v', { timestamp: 5 })
  expect(driver.stores().get('g')!.entries()).toEqual([{ key: 'a', value: 'v', timestamp: 5 }])
  expect(built.plan.globalStores[0]!.source).not.toHaveProperty('extractor')
})
