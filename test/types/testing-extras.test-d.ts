import { describe, expectTypeOf, test } from 'vitest'
import { keyValueStore } from '../../src/dsl/stores.ts'
import { topic } from '../../src/dsl/topic.ts'
import { topology } from '../../src/dsl/topology.ts'
import type { TopologyDescription } from '../../src/plan/description.ts'
import type { StreamRecord } from '../../src/plan/processor-spec.ts'
import type { AroundProcessor } from '../../src/plan/processor-wrapper.ts'
import { long, string } from '../../src/serde/scalars.ts'
import type { KeyValueStore } from '../../src/store/state-stores.ts'
import { MockProcessorContext } from '../../src/testing/mock-processor-context.ts'
import type { TestInputTopic, TestOutputTopic } from '../../src/testing/test-topics.ts'

const counts = keyValueStore('counts', { key: string, value: long })
const record: StreamRecord<string, number> = { key: 'a', value: 1, timestamp: 0, headers: [] }

describe('MockProcessorContext', () => {
  const context = new MockProcessorContext<string, number>({ stores: [counts] })

  test('knows what a processor forwards, and its stores', () => {
    expectTypeOf(context.forwarded[0]!.record).toEqualTypeOf<StreamRecord<string, number>>()
    expectTypeOf(context.forwardedTo('child')).toEqualTypeOf<readonly StreamRecord<string, number>[]>()
    expectTypeOf(context.store(counts)).toEqualTypeOf<KeyValueStore<string, number>>()
    context.process(
      { process: (given: StreamRecord<string, string>) => ({ ...given, value: 1 }) },
      {
        ...record,
        value: 'text',
      },
    )
    // @ts-expect-error values are numbers
    context.forward({ ...record, value: 'text' })
    // @ts-expect-error the processor forwards text
    context.process({ process: (given: StreamRecord<string, string>) => given }, { ...record, value: 'text' })
    // @ts-expect-error the processor takes text
    context.process({ process: (given: StreamRecord<string, string>) => ({ ...given, value: 1 }) }, record)
  })
})

test('topics of a test: pairs and tables of their types', () => {
  const check = (input: TestInputTopic<string, number>, output: TestOutputTopic<string, number>): void => {
    input.pipeAll([
      ['a', 1],
      [null, null],
    ])
    // @ts-expect-error values are numbers
    input.pipeAll([['a', 'b']])
    expectTypeOf(output.readMap()).toEqualTypeOf<Map<string | null, number | null>>()
    expectTypeOf(output.readValues()).toEqualTypeOf<(number | null)[]>()
  }
  expectTypeOf(check).toBeFunction()
})

test('a wrapper is synchronous, and asked by name', () => {
  const around: AroundProcessor = (given, process) => process(given)
  const build = (): undefined => undefined
  topology('', build, { wrapProcessor: ({ name }) => (name === 'x' ? around : undefined) })
  // @ts-expect-error nobody would wait
  topology('', build, { wrapProcessor: () => async (given, process) => process(given) })
})

test('topics: policies and times', () => {
  const serdes = { key: string, value: string }
  topic('in', { ...serdes, offsetReset: { byDuration: '1h' }, timestamp: 'wall-clock' })
  // @ts-expect-error a duration
  topic('in', { ...serdes, offsetReset: { byDuration: 'yesterday' } })
  // @ts-expect-error no such policy
  topic('in', { ...serdes, offsetReset: 'first' })
  // @ts-expect-error no such time
  topic('in', { ...serdes, timestamp: 'now' })
})

test('a description is data', () => {
  const built = topology('', () => undefined)
  expectTypeOf(built.describe()).toEqualTypeOf<string>()
  expectTypeOf(built.describe('json')).toEqualTypeOf<TopologyDescription>()
  for (const { nodes } of built.describe('json').subtopologies)
    for (const node of nodes)
      if (node.kind === 'processor') expectTypeOf(node.stores).toEqualTypeOf<readonly string[]>()
})
