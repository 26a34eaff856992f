import { expect, test } from 'vitest'
import type { KafkaStreamsOptions } from '../../../src/app/application-options.ts'
import { KafkaStreams } from '../../../src/app/kafka-streams.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import { topicPattern } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { string } from '../../../src/serde/scalars.ts'
import { windowed } from './topologies.ts'

function problemsOf(options: object): readonly string[] {
  try {
    new KafkaStreams(windowed, options as KafkaStreamsOptions)
  } catch (error) {
    expect(StreamsError.is(error, 'options-invalid')).toBe(true)
    return (error as Error).message.split('\n')
  }
  return []
}

const good = { applicationId: 'app', kafka: { brokers: ['localhost:9092'] } }

test('the defaults are good', () => {
  expect(problemsOf(good)).toEqual([])
})

test('all problems are told at once', () => {
  const problems = problemsOf({
    applicationId: 'no spaces',
    kafka: { brokers: [] },
    commitIntervall: 5,
    commitInterval: '1 minute',
    offsetReset: 'first',
    kernel: 'on',
    stateMemory: 5,
    replicationFactor: 0,
    applicationServer: 'localhost',
    deserializationHandler: 'skip',
    sessionTimeout: '2s',
  })
  const expected = [
    'commitIntervall: no such option',
    'applicationId: "no spaces"',
    'kafka.brokers is empty',
    'commitInterval: "1 minute"',
    'offsetReset: "first"',
    'kernel: "on"',
    'stateMemory: at least',
    'replicationFactor: ',
    'applicationServer: "localhost"',
    'deserializationHandler: ',
    'heartbeatInterval (3000 ms) must be at most a third of sessionTimeout (2000 ms)',
  ]
  for (const problem of expected) expect(problems).toContainEqual(expect.stringContaining(problem))
  expect(problems).toHaveLength(expected.length)
})

test.each([
  [{ applicationId: undefined }, 'applicationId'],
  [{ kafka: undefined }, 'kafka: give { brokers: [...] }'],
  [{ kafka: { brokers: ['localhost'] } }, "kafka.brokers: 'localhost' is not host:port"],
  [{ commitInterval: '10s' }, 'transactionTimeout (10000 ms) must be longer than commitInterval (10000 ms)'],
])('%j', (wrong, problem) => {
  const problems = problemsOf({ ...good, ...wrong })
  expect(problems).toEqual([expect.stringContaining(problem)])
})

test('a pattern that matches what the application makes for itself is refused', () => {
  const byPattern = topology(import.meta.url, (b) => {
    const stream = b.stream(topicPattern(/clicks-.*/, { key: string, value: string }))
    stream.groupByKey().count({ store: { name: 'n' } })
  })
  expect(new KafkaStreams(byPattern, good).state).toBe('CREATED')
  expect(() => new KafkaStreams(byPattern, { ...good, applicationId: 'clicks-counter' })).toThrowError(
    expect.objectContaining({
      code: 'topology-invalid',
      message: expect.stringContaining('Pattern clicks-.* matches clicks-counter-n-changelog'),
    }),
  )
})
