import { expect, test } from 'vitest'
import { keyValueStore, windowStore } from '../../../src/dsl/stores.ts'
import type { Processor, StreamRecord } from '../../../src/plan/processor-spec.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import { MockProcessorContext } from '../../../src/testing/mock-processor-context.ts'

const seen = keyValueStore('seen', { key: string, value: long })
const record = (key: string, timestamp = 0): StreamRecord<string, string> => ({
  key,
  value: 'v',
  timestamp,
  headers: [],
})

/** Lets the first record of each key pass, and tells each minute how many it has kept back. */
function firstOnly(): Processor<string, string, string, string> {
  let kept = 0
  return {
    init(context) {
      const cancel = context.schedule({ every: '1m', on: 'stream-time' }, (timestamp) => {
        context.forward({ ...record('kept', timestamp), value: String(kept) }, 'totals')
        if (kept > 1) cancel()
      })
    },
    process(given, context) {
      const store = context.store(seen)
      const times = (store.get(given.key) ?? 0) + 1
      store.put(given.key, times)
      if (times === 1) return given
      kept++
      if (times === 3) context.commit()
      return undefined
    },
  }
}

test('a processor is tested alone: what it forwards, keeps, schedules and asks for', () => {
  using context = new MockProcessorContext<string, string>({ stores: [seen], taskId: '1_3' })
  expect([context.applicationId, context.taskId]).toEqual(['test', '1_3'])
  const processor = firstOnly()
  processor.init?.(context)
  for (const key of ['a', 'b', 'a']) context.process(processor, record(key))
  expect(context.forwarded).toEqual([
    { record: record('a'), child: undefined },
    { record: record('b'), child: undefined },
  ])
  expect(context.store(seen).get('a')).toBe(2)
  expect(context.committed).toBe(false)

  const [totals] = context.scheduled
  expect(totals).toMatchObject({ everyMs: 60_000, on: 'stream-time', startAt: undefined, cancelled: false })
  context.resetForwards()
  totals!.punctuate(60_000)
  expect(context.forwarded).toEqual([{ record: { ...record('kept', 60_000), value: '1' }, child: 'totals' }])
  expect([context.forwardedTo('totals').length, context.forwardedTo('others').length]).toEqual([1, 0])

  context.process(processor, record('a'))
  totals!.punctuate(120_000)
  expect([context.committed, totals!.cancelled]).toEqual([true, true])
})

test('it knows of time and place what the test tells it', () => {
  using context = new MockProcessorContext<string, string>()
  const processor: Processor<string, string, string, string> = {
    *process(given, { recordMetadata, currentStreamTime, currentSystemTime }) {
      const where = recordMetadata && `${recordMetadata.topic}@${recordMetadata.offset}`
      yield { ...given, value: `${where} ${currentStreamTime} ${currentSystemTime}` }
    },
  }
  context.process(processor, record('a'))
  Object.assign(context, {
    recordMetadata: { topic: 'in', partition: 0, offset: 7 },
    currentStreamTime: 5,
    currentSystemTime: 6,
  })
  context.process(processor, record('a'))
  expect(context.forwardedTo('any').map(({ value }) => value)).toEqual(['undefined -1 0', 'in@7 5 6'])
})

test('stores that were not given are not there; each context has its own', () => {
  const windows = windowStore('windows', { key: string, value: string, windowSize: 10, retention: '1h' })
  using context = new MockProcessorContext({ stores: [windows] })
  using other = new MockProcessorContext({ stores: [windows] })
  context.store(windows).put('a', 'v', 0)
  expect(context.store(windows).get('a', 0)).toBe('v')
  expect(other.store(windows).get('a', 0)).toBeUndefined()
  expect(() => context.store(seen)).toThrow(expect.objectContaining({ code: 'store-unknown' }))
})
