import { describe, expect, test } from 'vitest'
import { createKafkaClient } from '../../../src/client/kafka/client.ts'
import { kafkaSettings } from '../../../src/client/kafka/options.ts'
import { pauseMs, Retry } from '../../../src/client/kafka/retry.ts'
import { brokerUnreachable } from '../../../src/client/kafka/unreachable.ts'
import { Hooks } from '../../../src/core/hooks.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { ManualClock, systemClock } from '../../../src/core/time/clock.ts'
import { kafkaError, protocolError } from '../../../src/protocol/error-codes.ts'

const network = brokerUnreachable('somewhere:9092', 'cannot be reached')
const loading = protocolError(kafkaError.COORDINATOR_LOAD_IN_PROGRESS, 'test')
const concurrent = protocolError(kafkaError.CONCURRENT_TRANSACTIONS, 'test')
const fatal = protocolError(kafkaError.TOPIC_AUTHORIZATION_FAILED, 'test')

/** Its clock jumps over every pause. */
function retrying(): {
  readonly retry: Retry
  readonly clock: ManualClock
  readonly reported: number[]
} {
  const clock = new ManualClock()
  const jumping = Object.assign(Object.create(clock) as ManualClock, {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted()
      clock.advance(ms)
    },
  })
  const hooks = new Hooks()
  const reported: number[] = []
  hooks.on('brokerUnreachable', ({ attempt }) => reported.push(attempt))
  const settings = kafkaSettings({
    brokers: ['a:1'],
    clientId: 'test',
    startTimeoutMs: 5000,
    apiTimeoutMs: 9000,
  })
  return { retry: new Retry({ clock: jumping, logger: silentLogger, hooks }, settings), clock, reported }
}

/** Throws each of these once, then succeeds. */
function failing(...errors: readonly Error[]): () => Promise<string> {
  const left = [...errors]
  return async () => {
    const error = left.shift()
    if (error) throw error
    return 'done'
  }
}

const always = (error: Error) => async (): Promise<never> => {
  throw error
}

describe('what fails is tried again', () => {
  test('pauses double up to the longest', () => {
    expect([1, 2, 3, 6, 7, 99].map((failures) => pauseMs(failures, 20, 1000))).toEqual([
      20, 40, 80, 640, 1000, 1000,
    ])
  })

  test('what the protocol calls retriable; transactions that end within milliseconds sooner', async () => {
    const { retry, clock } = retrying()
    expect(await retry.run(failing(concurrent, concurrent))).toBe('done')
    expect(clock.now()).toBe(2 + 4)
    expect(await retry.run(failing(loading, loading))).toBe('done')
    expect(clock.now()).toBe(6 + 20 + 40)
  })

  test('the rest is thrown at once', async () => {
    const { retry, clock } = retrying()
    await expect(retry.run(always(fatal))).rejects.toBe(fatal)
    await expect(retry.run(always(new TypeError('no')))).rejects.toThrow(TypeError)
    expect(clock.now()).toBe(0)
  })

  test('what is retriable, until the time limit', async () => {
    const { retry, clock } = retrying()
    await expect(retry.run(always(loading))).rejects.toBe(loading)
    expect(clock.now()).toBeGreaterThanOrEqual(9000)
    expect(clock.now()).toBeLessThan(10_001)
  })

  test('the network: for the start timeout until it has worked, for ever afterwards; each attempt is told', async () => {
    const { retry, clock, reported } = retrying()
    await expect(retry.run(always(network))).rejects.toBe(network)
    expect(clock.now()).toBeGreaterThanOrEqual(5000)
    expect(clock.now()).toBeLessThan(6001)
    expect(reported).toEqual(reported.map((_, i) => i + 1))
    await retry.run(failing())
    expect(await retry.run(failing(...Array.from({ length: 1000 }, () => network)))).toBe('done')
  })

  test('a refused login is not tried again', async () => {
    const { retry } = retrying()
    const refused = brokerUnreachable('somewhere:9092', 'refused the SASL login', undefined, false)
    await expect(retry.run(always(refused))).rejects.toBe(refused)
  })

  test('not once it is aborted or closed', async () => {
    const { retry } = retrying()
    const reason = new Error('enough')
    await expect(retry.run(failing(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const stop = new AbortController()
    const stopping = async (): Promise<never> => {
      stop.abort(reason)
      throw network
    }
    await expect(retry.run(stopping, { signal: stop.signal })).rejects.toBe(network)
    retry.close()
    await expect(retry.run(failing())).rejects.toMatchObject({ code: 'lifecycle' })
  })
})

test('a client whose brokers cannot be reached says which, and what to check', async () => {
  const options = { brokers: ['127.0.0.1:1', '127.0.0.1:2'], clientId: 'test', startTimeoutMs: 10 }
  const client = createKafkaClient(options, { clock: systemClock, logger: silentLogger, hooks: new Hooks() })
  await expect(client.topics(['t'])).rejects.toMatchObject({
    code: 'broker-unreachable',
    message: expect.stringMatching(/127\.0\.0\.1:1, 127\.0\.0\.1:2 cannot be reached: .*ECONNREFUSED/),
    advice: expect.stringContaining('Check the broker addresses'),
  })
  await client.close()
  await expect(client.topics(['t'])).rejects.toMatchObject({ code: 'lifecycle' })
})
