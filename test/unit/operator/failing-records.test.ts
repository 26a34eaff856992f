import { expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { field } from '../../../src/expr/build.ts'
import { json } from '../../../src/serde/json.ts'
import { long } from '../../../src/serde/scalars.ts'
import { counts, text } from '../dsl/topics.ts'
import { PlanRunner } from './plan-runner.ts'

function failure(run: () => unknown): StreamsError {
  try {
    run()
  } catch (error) {
    if (error instanceof StreamsError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test('a record that cannot be read says which part: key before value before timestamp', () => {
  const run = new PlanRunner((b) => {
    b.stream(topic('t', { key: long, value: json<{ at: number }>(), timestamp: field('at').seconds() }))
  })
  const goodKey = long.serialize(1)
  const read = (key: Uint8Array | null, value: string | null) => {
    const error = failure(() => run.send('t', key, value === null ? null : utf8(value), 1))
    return [error.code, error.details['part']]
  }
  const expected = (part: string) => ['deserialization', part]
  expect(read(utf8('short'), '{')).toEqual(expected('key'))
  expect(read(goodKey, '{')).toEqual(expected('value'))
  expect(read(goodKey, '{}')).toEqual(expected('timestamp'))
  expect(read(goodKey, '{"at":"1"}')).toEqual(expected('timestamp'))
  expect(read(null, null)).toEqual(expected('timestamp'))
  run.send('t', goodKey, utf8('{"at":1}'), -5)
  run.send('t', goodKey, utf8('{"at":-1}'), 5)
  expect(run.dropped).toEqual(['KSTREAM-SOURCE-0000000000: negative-timestamp'])
})

test('what a lambda throws names its node', () => {
  const boom = new TypeError('bang')
  const run = new PlanRunner((b) => {
    b.stream(text).mapValues(
      () => {
        throw boom
      },
      { name: 'upper' },
    )
  })
  const error = failure(() => run.send('in', utf8('a'), utf8('x'), 1))
  expect(error).toMatchObject({ code: 'processing', message: 'upper: bang', details: { node: 'upper' } })
  expect(error.cause).toBe(boom)
})

test('a promise is refused at run time too, for JavaScript users', () => {
  const predicate = (async () => true) as unknown as () => boolean
  const run = new PlanRunner((b) => {
    b.stream(text).filter(predicate)
  })
  expect(failure(() => run.send('in', utf8('a'), utf8('x'), 1))).toMatchObject({
    code: 'processing',
    message: 'KSTREAM-FILTER-0000000001: the function returned a promise',
  })
})

test('a value its serde cannot write names the sink', () => {
  const run = new PlanRunner((b) => {
    b.stream(text)
      .mapValues(() => 0.5)
      .to(counts)
  })
  expect(failure(() => run.send('in', utf8('a'), utf8('x'), 1))).toMatchObject({
    code: 'value-out-of-range',
    message: 'KSTREAM-SINK-0000000002: the value cannot be written: long: 0.5 (number) cannot be written',
  })
})
