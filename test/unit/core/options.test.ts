import { expect, test } from 'vitest'
import { StreamsError } from '../../../src/core/errors.ts'
import { resolveOptions } from '../../../src/core/options.ts'

test('defaults are those of the README', () => {
  expect(resolveOptions({ applicationId: 'clicks' })).toMatchObject({
    commitIntervalMs: 1000,
    checkpointIntervalMs: 5000,
    transactionTimeoutMs: 10_000,
    sessionTimeoutMs: 45_000,
    heartbeatIntervalMs: 3000,
    rebalanceTimeoutMs: 300_000,
    offsetReset: 'earliest',
    deserializationHandler: 'fail',
    kernel: 'auto',
    stateMemory: 268_435_456,
    replicationFactor: -1,
  })
})

test('all problems are told at once', () => {
  const wrong = {
    applicationId: 'not a name',
    commitInterval: '20s',
    sessionTimeout: '5s',
    heartbeatInterval: '3s',
    checkpointInterval: 'soon',
    offsetReset: 'sometimes',
    kernel: 'on',
    deserializationHandler: 'ignore',
    stateMemory: 10,
    replicationFactor: 0,
    applicationServer: 'here',
    comitInterval: 5,
  }
  let message = ''
  try {
    resolveOptions(wrong as never)
  } catch (error) {
    expect(StreamsError.is(error, 'options-invalid')).toBe(true)
    message = (error as StreamsError).message
  }
  for (const problem of [
    'applicationId: "not a name"',
    'comitInterval: no such option',
    'transactionTimeout (10000 ms) must be longer than commitInterval (20000 ms)',
    'heartbeatInterval (3000 ms) must be at most a third of sessionTimeout (5000 ms)',
    'checkpointInterval: "soon"',
    'offsetReset: "sometimes"',
    'kernel: "on"',
    "deserializationHandler: neither 'fail', 'continue' nor a function",
    'stateMemory: at least 1 MiB is needed',
    'replicationFactor: neither -1',
    'applicationServer: "here"',
  ])
    expect(message).toContain(problem)
})
