import { describe, expectTypeOf, test } from 'vitest'
import {
  type FixedKeyProcessor,
  type Headers,
  type KeyValueStore,
  type KStream,
  keyValueStore,
  long,
  type Processor,
  type ProcessorContext,
  type RecordMetadata,
  type StreamRecord,
  string,
  type TransformerContext,
  type ValueTransformer,
  type WindowStore,
} from '../../src/index.ts'
import { later, type Order, orders } from './shop.ts'

const seen = keyValueStore('seen', { key: string, value: long })

/** It returns nothing: what comes out of it is what it forwards. */
class Forwarding implements Processor<string, Order, number, boolean> {
  process(record: StreamRecord<string, Order>, context: ProcessorContext<number, boolean>): undefined {
    context.forward({ ...record, key: record.value.amount, value: true })
  }
}

describe('Processor', () => {
  test('what comes out is what is returned', () => {
    const returned = orders.process({
      init: ({ schedule }) => schedule({ every: '1s', on: 'stream-time' }, () => {}),
      process: (record, { currentStreamTime }) => ({ ...record, key: currentStreamTime, value: 'x' }),
    })
    expectTypeOf(returned).toEqualTypeOf<KStream<number, string>>()
    const ofSeveral = orders.process(() => ({
      *process(record, { store }) {
        for (const item of record.value.items)
          yield { ...record, key: item, value: store(seen).get(item) ?? 0 }
      },
    }))
    expectTypeOf(ofSeveral).toEqualTypeOf<KStream<string, number>>()
  })

  test('and what is forwarded, if its types are declared', () => {
    expectTypeOf(orders.process(() => new Forwarding())).toEqualTypeOf<KStream<number, boolean>>()
    const both: Processor<string, Order, string, Order, number, boolean> = { process: (record) => record }
    expectTypeOf(orders.process(both)).toEqualTypeOf<KStream<string | number, Order | boolean>>()
    const declared = orders.process<number, boolean>({
      process(record, { forward }) {
        forward({ ...record, key: 1, value: true })
        // @ts-expect-error a record of other values
        forward({ ...record, key: 1, value: 'x' })
        return undefined
      },
    })
    expectTypeOf(declared).toEqualTypeOf<KStream<number, boolean>>()
    const undeclared = orders.process({
      process(record, { forward }) {
        forward({ ...record, key: 1 })
        return undefined
      },
    })
    expectTypeOf(undeclared).toEqualTypeOf<KStream<unknown, unknown>>()
    // @ts-expect-error the serde of another key
    orders.process(() => new Forwarding(), { key: string })
  })

  test('nothing asynchronous', () => {
    // @ts-expect-error a processor returns records
    const slow: Processor<string, Order, string, number> = { process: later }
    // @ts-expect-error nobody would wait
    const slowly: Processor<string, Order, string, Order> = { init: later, process: (record) => record }
    const fixed: FixedKeyProcessor<string, Order, Order> = {
      process: (record) => record,
      // @ts-expect-error nobody would wait
      close: later,
    }
    expectTypeOf([slow, slowly, fixed]).not.toBeAny()
  })
})

describe('ProcessorContext', () => {
  const context = {} as ProcessorContext<string, number>
  const record = {} as StreamRecord<string, number>

  test('all it has', () => {
    expectTypeOf<keyof ProcessorContext>().toEqualTypeOf<
      | 'applicationId'
      | 'commit'
      | 'currentStreamTime'
      | 'currentSystemTime'
      | 'forward'
      | 'recordMetadata'
      | 'schedule'
      | 'store'
      | 'taskId'
    >()
    expectTypeOf(context.recordMetadata).toEqualTypeOf<RecordMetadata | undefined>()
    expectTypeOf(context.commit()).toEqualTypeOf<void>()
    // @ts-expect-error there may be none
    context.recordMetadata.topic
    // @ts-expect-error time is turned by others
    context.currentStreamTime = 1
  })

  test('store', () => {
    expectTypeOf(context.store(seen)).toEqualTypeOf<KeyValueStore<string, number>>()
    expectTypeOf(context.store('seen')).toBeUnknown()
    // @ts-expect-error a name alone says nothing of the type
    context.store('seen').get('a')
    // @ts-expect-error its values are numbers
    context.store(seen).put('a', 'b')
    // @ts-expect-error a store of other values
    context.store<KeyValueStore<string, string>>(seen)
    // @ts-expect-error a store of another kind
    context.store<WindowStore<string, number>>(seen)
  })

  test('forward', () => {
    expectTypeOf(context.forward(record, 'child')).toEqualTypeOf<void>()
    // @ts-expect-error a record has a time and headers
    context.forward({ key: 'a', value: 1 })
    // @ts-expect-error a value of another type
    context.forward({ ...record, value: 'b' })
    // @ts-expect-error children are named
    context.forward(record, 1)
  })

  test('schedule', () => {
    const cancel = context.schedule({ every: '1s', on: 'wall-clock', startAt: 5 }, (time) => time.toFixed())
    expectTypeOf(cancel).toEqualTypeOf<() => void>()
    // @ts-expect-error by which time?
    context.schedule({ every: '1s' }, () => {})
    // @ts-expect-error not a duration
    context.schedule({ every: 'second', on: 'wall-clock' }, () => {})
    // @ts-expect-error nobody would wait
    context.schedule({ every: '1s', on: 'wall-clock' }, later)
  })
})

describe('ValueTransformer', () => {
  test('its context forwards nothing', () => {
    expectTypeOf<Exclude<keyof ProcessorContext, keyof TransformerContext>>().toEqualTypeOf<'forward'>()
    expectTypeOf<TransformerContext['headers']>().toEqualTypeOf<Headers>()
    const texts: ValueTransformer<string, number, string> = {
      // @ts-expect-error nobody would wait
      init: later,
      transform: (value, key, { timestamp }) => `${value} ${key} ${timestamp}`,
    }
    // @ts-expect-error an async transformer
    texts.transform = async () => 'x'
  })
})
