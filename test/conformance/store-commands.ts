// The commands by which vectors exercise stores from a processor: words, and a text that shows the result.

import type {
  KeyRange,
  KeyValueStore,
  SessionStore,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  WindowStore,
} from '../../src/index.ts'
import { string } from '../../src/index.ts'
import { isObject, isWindowed, shownValue, shownWindow } from './values.ts'

type Text = string | null
type Command = (store: never, words: readonly Text[]) => unknown

/** Runs a command such as `put a 1`. The word `~` means null, or an open end of a range. */
export function runCommand(kind: string, store: unknown, command: string): string {
  const [name, ...words] = command.split(' ')
  const run = commands[kind]?.[name!]
  if (!run) throw new Error(`unknown command ${name} of ${kind} stores`)
  const result = run(
    store as never,
    words.map((word) => (word === '~' ? null : word)),
  )
  if (result === done) return 'ok'
  return isIterator(result) ? shownEntries(result) : shown(result)
}

/** What a void operation answers. */
const done = Symbol('ok')

// ---- how results are shown

/** A value of any store. */
export function shown(value: unknown): string {
  if (isObject(value) && 'value' in value && 'timestamp' in value) {
    const { value: inner, timestamp, validTo } = value
    const until = validTo === undefined || validTo === null ? '' : `-${validTo}`
    return `${shownValue(inner)}@${timestamp}${until}`
  }
  return shownValue(value)
}

interface ShownEntry {
  readonly key: unknown
  readonly value: unknown
}

function isIterator(result: unknown): result is Iterable<ShownEntry> {
  return typeof result === 'object' && result !== null && Symbol.iterator in result
}

function shownEntries(entries: Iterable<ShownEntry>): string {
  const parts = Array.from(entries, ({ key, value }) => `${shownKey(key)}=${shown(value)}`)
  return `[${parts.join(',')}]`
}

function shownKey(key: unknown): string {
  return isWindowed(key) ? `[${shownValue(key.key)}@${shownWindow(key)}]` : shownValue(key)
}

// ---- commands by kind of store

const backward = { reverse: true } as const

function range(from: Text | undefined, to: Text | undefined, reverse = false): KeyRange<string> {
  return {
    ...(typeof from === 'string' && { from }),
    ...(typeof to === 'string' && { to }),
    ...(reverse && { reverse }),
  }
}

type Plain = KeyValueStore<string | null, unknown>

const keyValueReads: Record<string, Command> = {
  get: (store: Plain, [key]) => store.get(key!),
  delete: (store: Plain, [key]) => store.delete(key!),
  range: (store: Plain, [from, to]) => store.range(range(from, to)),
  reverseRange: (store: Plain, [from, to]) => store.range(range(from, to, true)),
  all: (store: Plain) => store.all(),
  reverseAll: (store: Plain) => store.all(backward),
  prefix: (store: Plain, [prefix]) => store.prefixScan(string.serialize(prefix!)),
  count: (store: Plain) => store.approximateNumEntries(),
}

const keyValue: Record<string, Command> = {
  ...keyValueReads,
  put: (store: Plain, [key, value]) => {
    store.put(key!, value!)
    return done
  },
  putIfAbsent: (store: Plain, [key, value]) => store.putIfAbsent(key!, value!),
  putAll: (store: Plain, words) => {
    const entries: { key: string; value: Text }[] = []
    for (let at = 0; at < words.length; at += 2) entries.push({ key: words[at]!, value: words[at + 1]! })
    store.putAll(entries)
    return done
  },
}

type Timestamped = KeyValueStore<string | null, ValueAndTimestamp<unknown>>

const timestampedKeyValue: Record<string, Command> = {
  ...keyValueReads,
  put: (store: Timestamped, [key, value, timestamp]) => {
    store.put(key!, withTime(value, timestamp))
    return done
  },
  putIfAbsent: (store: Timestamped, [key, value, timestamp]) =>
    store.putIfAbsent(key!, withTime(value, timestamp)),
}

function withTime(value: Text | undefined, timestamp: Text | undefined): ValueAndTimestamp<string> | null {
  return typeof value === 'string' ? { value, timestamp: Number(timestamp) } : null
}

type Versioned = VersionedKeyValueStore<string | null, string | null>

const versioned: Record<string, Command> = {
  // Whole numbers up to -2^63, which as numbers would be shown rounded.
  put: (store: Versioned, [key, value, time]) => String(BigInt(store.put(key!, value!, Number(time)))),
  delete: (store: Versioned, [key, time]) => store.delete(key!, Number(time)),
  get: (store: Versioned, [key]) => store.get(key!),
  getAsOf: (store: Versioned, [key, time]) => store.get(key!, Number(time)),
}

type Windows = WindowStore<string | null, unknown>

const window: Record<string, Command> = {
  put: (store: Windows, [key, value, start]) => {
    store.put(key!, value!, Number(start))
    return done
  },
  fetchOne: (store: Windows, [key, start]) => store.get(key!, Number(start)),
  fetch: (store: Windows, [key, from, to]) => store.fetch(key!, Number(from), Number(to)),
  backwardFetch: (store: Windows, [key, from, to]) => store.fetch(key!, Number(from), Number(to), backward),
  fetchKeys: (store: Windows, [a, b, from, to]) => store.fetchKeys(range(a, b), Number(from), Number(to)),
  backwardFetchKeys: (store: Windows, [a, b, from, to]) =>
    store.fetchKeys(range(a, b), Number(from), Number(to), backward),
  all: (store: Windows) => store.all(),
  backwardAll: (store: Windows) => store.all(backward),
  fetchAll: (store: Windows, [from, to]) => store.fetchAll(Number(from), Number(to)),
  backwardFetchAll: (store: Windows, [from, to]) => store.fetchAll(Number(from), Number(to), backward),
}

const timestampedWindow: Record<string, Command> = {
  ...window,
  put: (store: Windows, [key, value, start, timestamp]) => {
    store.put(key!, withTime(value, timestamp ?? start), Number(start))
    return done
  },
}

type Sessions = SessionStore<string | null, unknown>

function sessionOf(words: readonly Text[]) {
  const [key, start, end] = words
  return { key: key!, window: { start: Number(start), end: Number(end) } }
}

const session: Record<string, Command> = {
  put: (store: Sessions, words) => {
    store.put(sessionOf(words), words[3]!)
    return done
  },
  remove: (store: Sessions, words) => {
    store.remove(sessionOf(words))
    return done
  },
  fetch: (store: Sessions, [key]) => store.fetch(key!),
  backwardFetch: (store: Sessions, [key]) => store.fetch(key!, backward),
  fetchKeys: (store: Sessions, [a, b]) => store.fetchKeys(range(a, b)),
  backwardFetchKeys: (store: Sessions, [a, b]) => store.fetchKeys(range(a, b, true)),
  fetchSession: (store: Sessions, [key, start, end]) => store.fetchSession(key!, Number(start), Number(end)),
  findSessions: (store: Sessions, [key, end, start]) => store.findSessions(key!, Number(end), Number(start)),
  backwardFindSessions: (store: Sessions, [key, end, start]) =>
    store.findSessions(key!, Number(end), Number(start), backward),
  findSessionsKeys: (store: Sessions, [a, b, end, start]) =>
    store.findSessionsOf(range(a, b), Number(end), Number(start)),
  backwardFindSessionsKeys: (store: Sessions, [a, b, end, start]) =>
    store.findSessionsOf(range(a, b, true), Number(end), Number(start)),
}

const commands: Readonly<Record<string, Record<string, Command>>> = {
  keyValue,
  timestampedKeyValue,
  versioned,
  window,
  timestampedWindow,
  session,
}
