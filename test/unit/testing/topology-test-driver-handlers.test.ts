import { describe, expect, test } from 'vitest'
import { utf8, utf8Text } from '../../../src/core/bytes.ts'
import type { ProcessingFailure } from '../../../src/core/error-handlers.ts'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { int32, string } from '../../../src/serde/scalars.ts'
import type {
  TopologyTestDriver,
  TopologyTestDriverOptions,
} from '../../../src/testing/topology-test-driver.ts'
import { drive } from './drive.ts'

const text = topic('in', { key: string, value: string })
const other = topic('other', { key: string, value: string })
const out = topic('out', { key: string, value: string })

const copy = (b: StreamsBuilder): void => b.stream(text).to(out)

describe('handlers', () => {
  const failing = (b: StreamsBuilder): void => {
    const stream = b.stream(text)
    stream.to(out)
    stream
      .mapValues(
        (value) => {
          if (value === 'bad') throw new RangeError('bang')
          return value
        },
        { name: 'strict', value: string },
      )
      .to(other)
  }
  const numbers = topic('numbers', { key: string, value: int32 })

  test('fail: what a function throws comes out of pipe, named; what the record wrote before is gone', () => {
    const driver = drive(failing)
    driver.input(text).pipe('a', 'good')
    expect(() => driver.input(text).pipe('a', 'bad')).toThrow('strict: bang')
    expect([driver.output(out).size, driver.output(other).size]).toEqual([1, 1])
  })

  test('continue: the node is left out, the rest of the record is not', () => {
    const driver = drive(failing, { processingHandler: 'continue' })
    for (const value of ['bad', 'good']) driver.input(text).pipe('a', value)
    expect([driver.output(out).size, driver.output(other).size]).toEqual([2, 1])
    expect(driver.dropped).toEqual([{ node: 'strict', reason: 'processing', count: 1 }])
  })

  test('a function sees the failure once, innermost first, and decides', () => {
    const seen: ProcessingFailure[] = []
    const driver = drive(failing, {
      processingHandler: (failure) => {
        seen.push(failure)
        return 'fail'
      },
    })
    expect(() => driver.input(text).pipe('a', 'bad', { timestamp: 3 })).toThrow('strict: bang')
    expect(seen).toEqual([
      {
        node: 'strict',
        taskId: '0_0',
        source: { topic: 'in', partition: 0, offset: 0 },
        sourceKey: utf8('a'),
        sourceValue: utf8('bad'),
        timestamp: 3,
        headers: [],
        error: new RangeError('bang'),
        record: { key: 'a', value: 'bad', timestamp: 3, headers: [] },
      },
    ])
  })

  test('a handler that throws ends it', () => {
    const driver = drive(failing, {
      processingHandler: () => {
        throw new Error('no idea')
      },
    })
    expect(() => driver.input(text).pipe('a', 'bad')).toThrow('processingHandler: no idea')
  })

  test("the dead letter has the input's bytes, time and headers, and says what happened", () => {
    const driver = drive(failing, { processingHandler: 'continue', deadLetterTopic: 'dead' })
    driver.input(text).pipe('a', 'good')
    driver.input(text).pipe('a', 'bad', { timestamp: 3, headers: { h: '1' } })
    const [letter, ...rest] = driver.produced('dead')
    expect(rest).toEqual([])
    expect([utf8Text(letter!.key!), utf8Text(letter!.value!), letter!.timestamp]).toEqual(['a', 'bad', 3])
    expect(letter!.headers.map(({ key, value }) => [key, utf8Text(value!).split('\n')[0]])).toEqual([
      ['h', '1'],
      ['__streams.errors.exception', 'RangeError'],
      ['__streams.errors.message', 'bang'],
      ['__streams.errors.stacktrace', 'RangeError: bang'],
      ['__streams.errors.topic', 'in'],
      ['__streams.errors.partition', '0'],
      ['__streams.errors.offset', '1'],
    ])
  })

  test('a response names its own dead letters', () => {
    const deadLetter = { topic: 'mine', key: null, value: utf8('!'), timestamp: 9, headers: [] }
    const driver = drive(failing, {
      processingHandler: () => ({ result: 'continue', deadLetters: [deadLetter] }),
      deadLetterTopic: 'dead',
    })
    driver.input(text).pipe('a', 'bad')
    expect(driver.produced('mine')).toMatchObject([{ value: utf8('!'), timestamp: 9 }])
    expect(driver.produced('dead')).toEqual([])
  })

  test('input that cannot be read', () => {
    const read = (b: StreamsBuilder): void => b.stream(numbers).to(numbers, { name: 'back' })
    const piped = (options: TopologyTestDriverOptions): TopologyTestDriver => {
      const driver = drive(read, options)
      driver.pipeRaw('numbers', { key: utf8('a'), value: utf8('?'), timestamp: 4 })
      return driver
    }
    expect(() => piped({})).toThrow('the value of the record at offset 0 of numbers-0 cannot be read')
    const driver = piped({ deserializationHandler: 'continue', deadLetterTopic: 'dead' })
    expect(driver.produced('dead')).toMatchObject([{ value: utf8('?'), timestamp: 4 }])
    expect(driver.dropped).toEqual([
      { node: 'KSTREAM-SOURCE-0000000000', reason: 'deserialization', count: 1 },
    ])
  })

  test('output that cannot be written', () => {
    const write = (b: StreamsBuilder): void =>
      b.stream(text).mapValues(Number, { value: int32 }).to(numbers, { name: 'sink' })
    expect(() => drive(write).input(text).pipe('a', '0.5')).toThrow('sink: the value cannot be written')
    const driver = drive(write, { productionHandler: 'continue' })
    for (const value of ['0.5', '1']) driver.input(text).pipe('a', value)
    expect(driver.output(numbers).readPairs()).toEqual([['a', 1]])
    expect(driver.dropped).toEqual([{ node: 'sink', reason: 'production', count: 1 }])
  })

  test('output that is too large: bytes of key, value, headers and some more', () => {
    const options = { maxRecordBytes: 100 }
    const large = 'x'.repeat(18)
    expect(() => drive(copy, options).input(text).pipe('a', large)).toThrow(
      "a record of 101 bytes is too large for topic 'out': maxRecordBytes is 100",
    )
    const driver = drive(copy, { ...options, productionHandler: 'continue' })
    for (const value of [large, large.slice(1)]) driver.input(text).pipe('a', value)
    expect(driver.output(out).size).toBe(1)
    expect(driver.dropped).toMatchObject([{ reason: 'production', count: 1 }])
  })

  test('a punctuation that fails has no record', () => {
    const seen: ProcessingFailure[] = []
    const driver = drive(
      (b) => {
        b.stream(text).process({
          init(context) {
            context.schedule({ every: 10, on: 'wall-clock' }, () => {
              throw new Error('tick')
            })
          },
          process: () => undefined,
        })
      },
      {
        processingHandler: (failure) => {
          seen.push(failure)
          return 'continue'
        },
      },
    )
    driver.advanceWallClock(25)
    driver.advanceWallClock(4)
    driver.advanceWallClock(1)
    expect(seen.map(({ record, source, timestamp }) => [record, source, timestamp])).toEqual([
      [undefined, undefined, 25],
      [undefined, undefined, 30],
    ])
  })
})
