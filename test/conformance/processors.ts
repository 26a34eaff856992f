// The processors that vectors name, by the Processor API.

import type { Header, Processor, ProcessorContext, StreamRecord } from '../../src/index.ts'
import type { ProcessorJson, StoreJson } from './case.ts'
import { compile, compilePredicate, type Environment } from './expressions.ts'
import { runCommand, shown } from './store-commands.ts'
import { shownValue } from './values.ts'

type AnyRecord = StreamRecord<unknown, unknown>
type AnyContext = ProcessorContext<unknown, unknown>
export type AnyProcessor = Processor<unknown, unknown, unknown, unknown>

/** A store as processors use it here: plain and timestamped key-value stores. */
interface Store {
  get(key: unknown): unknown
  put(key: unknown, value: unknown): void
  delete(key: unknown): unknown
  all(): IterableIterator<{ readonly key: unknown; readonly value: unknown }>
}

/** What makes a processor for each task. @param store of a global store's processor. */
export function processorOf(json: ProcessorJson, store?: StoreJson): () => AnyProcessor {
  const make = processors[json.type]
  if (!make) throw new Error(`unknown processor ${json.type}`)
  return make(json, store)
}

const processors: Readonly<Record<string, (json: ProcessorJson, store?: StoreJson) => () => AnyProcessor>> = {
  map: mapProcessor,
  fanout: fanoutProcessor,
  counter: ({ store }) =>
    withStore(store, (record, context, counts) => {
      const count = ((counts.get(record.key) as number | undefined) ?? 0) + 1
      counts.put(record.key, count)
      context.forward({ ...record, value: count })
    }),
  dedup: ({ store }) =>
    withStore(store, (record, context, seen) => {
      if (seen.get(record.key) !== undefined) return
      seen.put(record.key, shownValue(record.value))
      context.forward(record)
    }),
  context: () =>
    stateless((record, context) => context.forward({ ...record, value: whereabouts(record, context) })),
  punctuate: punctuateProcessor,
  storeOps: ({ store, kind }) =>
    withStore(store, (record, context, state) =>
      context.forward({ ...record, value: runCommand(kind!, state, record.value as string) }),
    ),
  throwIf: ({ pred, message }) => {
    const test = compilePredicate(pred)
    return stateless((record, context) => {
      if (test(environment(record))) throw new Error(message)
      context.forward(record)
    })
  },
  lookup: ({ store }) =>
    withStore(store, (record, context, state) =>
      context.forward({ ...record, value: `${shownValue(record.value)}:${shown(state.get(record.value))}` }),
    ),
  globalUpdate: ({ store: name }, store) =>
    withStore(name, ({ key, value, timestamp }, _context, state) => {
      const timestamped = store?.type === 'timestampedKeyValue'
      state.put(key, timestamped && value !== null ? { value, timestamp } : value)
    }),
  drop: () => stateless(() => {}),
}

function environment({ key, value, timestamp }: AnyRecord): Environment {
  return { k: key, v: value, ts: timestamp }
}

function stateless(process: (record: AnyRecord, context: AnyContext) => void): () => AnyProcessor {
  return () => ({
    process(record, context) {
      process(record, context)
      return undefined
    },
  })
}

/** A store is asked for before the first record, as Java's processors do. */
function withStore(
  name: string | undefined,
  process: (record: AnyRecord, context: AnyContext, store: Store) => void,
): () => AnyProcessor {
  return () => {
    let store: Store | undefined
    return {
      init: (context) => {
        store = context.store<Store>(name!)
      },
      process(record, context) {
        process(record, context, store!)
        return undefined
      },
    }
  }
}

function whereabouts({ timestamp }: AnyRecord, context: AnyContext): string {
  const from = context.recordMetadata
  const topic = from ? `${from.topic}/${from.partition}/${from.offset}` : 'none'
  return `${topic} ts=${timestamp} stream=${context.currentStreamTime} wall=${context.currentSystemTime}`
}

function mapProcessor(json: ProcessorJson): () => AnyProcessor {
  const change = recordChange(json)
  const passes = 'filter' in json ? compilePredicate(json.filter) : () => true
  const children = json.to === undefined ? [undefined] : [json.to].flat()
  return stateless((record, context) => {
    if (!passes(environment(record))) return
    const changed = change(record)
    for (const child of children) context.forward(changed, child)
  })
}

/** What a `map` makes of a record; the parts it does not name stay. */
function recordChange(json: ProcessorJson): (record: AnyRecord) => AnyRecord {
  const part = (name: 'key' | 'value' | 'timestamp') => (name in json ? compile(json[name]) : undefined)
  const parts = { key: part('key'), value: part('value'), timestamp: part('timestamp') }
  const headers = headerChange(json)
  return (record) => {
    const given = environment(record)
    return {
      headers: headers(record.headers, given),
      key: parts.key ? parts.key(given) : record.key,
      value: parts.value ? parts.value(given) : record.value,
      timestamp: parts.timestamp ? (parts.timestamp(given) as number) : record.timestamp,
    }
  }
}

function headerChange({ removeHeaders = [], addHeaders = {} }: ProcessorJson) {
  const added = Object.entries(addHeaders).map(([key, json]) => ({ key, value: compile(json) }))
  return (headers: readonly Header[], given: Environment): readonly Header[] => {
    if (removeHeaders.length === 0 && added.length === 0) return headers
    return [
      ...headers.filter(({ key }) => !removeHeaders.includes(key)),
      ...added.map(({ key, value }) => ({ key, value: headerValue(value(given)) })),
    ]
  }
}

function headerValue(value: unknown): Uint8Array | null {
  return value === null ? null : Buffer.from(shownValue(value), 'latin1')
}

function fanoutProcessor({ routes = [] }: ProcessorJson): () => AnyProcessor {
  const tests = routes.map(({ pred, to }) => ({ test: compilePredicate(pred), to }))
  return stateless((record, context) => {
    for (const { test, to } of tests) if (test(environment(record))) context.forward(record, to)
  })
}

function punctuateProcessor(json: ProcessorJson): () => AnyProcessor {
  const { intervalMs = 0, timeType, startMs, store: name, cancelAfter } = json
  return () => {
    let store: Store | undefined
    let calls = 0
    return {
      init: (context) => {
        if (name !== undefined) store = context.store<Store>(name)
        const cancel = context.schedule(
          {
            every: intervalMs,
            on: timeType === 'stream' ? 'stream-time' : 'wall-clock',
            ...(startMs !== undefined && { startAt: startMs }),
          },
          (timestamp) => {
            punctuate(context, timestamp, store, json)
            if (++calls === cancelAfter) cancel()
          },
        )
      },
      process(record, context) {
        if (store) store.put(record.key, record.value)
        else context.forward(record)
        return undefined
      },
    }
  }
}

function punctuate(
  context: AnyContext,
  timestamp: number,
  store: Store | undefined,
  { clear }: ProcessorJson,
) {
  if (!store) {
    const value = String(timestamp)
    context.forward({ key: 'punctuate', value, timestamp: Math.max(0, timestamp), headers: [] })
    return
  }
  const entries = [...store.all()]
  for (const { key, value } of entries) {
    context.forward({ key, value: shownValue(value), timestamp, headers: [] })
  }
  if (clear) for (const { key } of entries) store.delete(key)
}
