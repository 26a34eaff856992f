import { describe, expectTypeOf, test } from 'vitest'
import {
  type KeyValueStore,
  keyValueStore,
  long,
  type Processor,
  type RecordMetadata,
  type StreamRecord,
  string,
} from '../../src/index.ts'
import {
  type CapturedForward,
  type CapturedPunctuator,
  MockProcessorContext,
} from '../../src/testing/index.ts'
import { later } from './shop.ts'

const seen = keyValueStore('seen', { key: string, value: long })
const context = new MockProcessorContext<string, number>({ stores: [seen], taskId: '0_1' })
const record = {} as StreamRecord<string, number>
const twice: Processor<string, number, string, number> = { process: (record) => [record, record] }
const texts: Processor<string, number, string, string> = { process: (record) => ({ ...record, value: '' }) }

describe('MockProcessorContext', () => {
  test('recordMetadata', () => {
    expectTypeOf(context.recordMetadata).toEqualTypeOf<RecordMetadata | undefined>()
    context.recordMetadata = { topic: 'orders', partition: 0, offset: 5 }
    // @ts-expect-error at which offset?
    context.recordMetadata = { topic: 'orders', partition: 0 }
  })

  test('forwarded', () => {
    expectTypeOf(context.forwarded).toEqualTypeOf<readonly CapturedForward<string, number>[]>()
    // @ts-expect-error it is what the processor forwarded
    context.forwarded = []
  })

  test('forwardedTo', () => {
    expectTypeOf(context.forwardedTo('child')).toEqualTypeOf<readonly StreamRecord<string, number>[]>()
    // @ts-expect-error to which child?
    context.forwardedTo()
  })

  test('resetForwards', () => {
    expectTypeOf(context.resetForwards()).toEqualTypeOf<void>()
    // @ts-expect-error of all children
    context.resetForwards('child')
  })

  test('scheduled', () => {
    expectTypeOf(context.scheduled).toEqualTypeOf<readonly CapturedPunctuator[]>()
    // @ts-expect-error there may be none
    context.scheduled[0].punctuate(5)
  })

  test('process', () => {
    expectTypeOf(context.process(twice, record)).toEqualTypeOf<void>()
    // @ts-expect-error a processor of other results
    context.process(texts, record)
    // @ts-expect-error a record of another value
    context.process(twice, { ...record, value: 'x' })
  })

  test('store', () => {
    expectTypeOf(context.store(seen)).toEqualTypeOf<KeyValueStore<string, number>>()
    // @ts-expect-error its values are numbers
    context.store(seen).put('a', 'b')
  })

  test('forward', () => {
    expectTypeOf(context.forward(record, 'child')).toEqualTypeOf<void>()
    // @ts-expect-error a record of another value
    context.forward({ ...record, value: 'x' })
  })

  test('schedule', () => {
    expectTypeOf(context.schedule({ every: '1s', on: 'wall-clock' }, () => {})).toEqualTypeOf<() => void>()
    // @ts-expect-error nobody would wait
    context.schedule({ every: '1s', on: 'wall-clock' }, later)
  })

  test('commit', () => {
    expectTypeOf(context.commit()).toEqualTypeOf<void>()
    // @ts-expect-error all or nothing
    context.commit('a')
  })

  test('close', () => {
    expectTypeOf(context.close()).toEqualTypeOf<void>()
    // @ts-expect-error stores have names
    new MockProcessorContext({ stores: ['seen', 5] })
  })
})
