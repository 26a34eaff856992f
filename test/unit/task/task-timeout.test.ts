import { expect, test } from 'vitest'
import { StreamsError } from '../../../src/core/errors.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { kafkaError, protocolError } from '../../../src/protocol/error-codes.ts'
import { TaskTimeout } from '../../../src/task/task-timeout.ts'

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const refused = protocolError(kafkaError.COORDINATOR_NOT_AVAILABLE, 'OffsetFetch of app')

function open(timeoutMs = 300_000) {
  const clock = new ManualClock()
  const warnings: string[] = []
  const logger = { ...silentLogger, warn: (_: object, text: string) => warnings.push(text) }
  return { clock, warnings, timeout: new TaskTimeout({ clock, logger, timeoutMs }) }
}

test('what the broker refuses for a while is tried again, and told', async () => {
  const { clock, warnings, timeout } = open()
  let attempts = 0
  const running = timeout.run('to open 0_1', async () => {
    if (++attempts < 3) throw refused
    return 'open'
  })
  for (let i = 0; i < 2; i++) {
    await settle()
    clock.advance(1000)
  }
  expect(await running).toBe('open')
  expect(attempts).toBe(3)
  expect(warnings).toEqual(Array(2).fill(`to open 0_1: tried again, ${refused.message}`))
})

test('a call that is never answered ends after a call time and the timeout', async () => {
  const { clock, timeout } = open(5000)
  const running = timeout.run('to open 0_1', () => new Promise<never>(() => {}))
  const ended = expect(running).rejects.toMatchObject({
    code: 'task-timeout',
    message: 'to open 0_1: not possible for 65 s: the broker has not answered',
  })
  clock.advance(64_999)
  expect(await Promise.race([running.catch(() => 'ended'), settle().then(() => 'waits')])).toBe('waits')
  clock.advance(1)
  await ended
})

test('attempts end with the timeout, which names the last refusal', async () => {
  const { clock, timeout } = open(3000)
  let attempts = 0
  const running = timeout.run('to open 0_1', async () => {
    attempts++
    throw refused
  })
  const ended = expect(running).rejects.toMatchObject({
    code: 'task-timeout',
    message: `to open 0_1: not possible for 63 s: ${refused.message}`,
    cause: refused,
  })
  for (let i = 0; i < 63; i++) {
    await settle()
    clock.advance(1000)
  }
  await ended
  const before = attempts
  for (let i = 0; i < 3; i++) {
    await settle()
    clock.advance(1000)
  }
  expect(attempts).toBe(before)
})

test('a timeout of 0 repeats nothing, and what no attempt would mend is thrown at once', async () => {
  await expect(open(0).timeout.run('to open 0_1', async () => Promise.reject(refused))).rejects.toMatchObject(
    { code: 'task-timeout' },
  )
  const missing = new StreamsError('topic-missing', 'no such topic: t')
  await expect(open().timeout.run('to open 0_1', async () => Promise.reject(missing))).rejects.toBe(missing)
  const never = new StreamsError('broker-unreachable', 'no broker was ever reached')
  await expect(open().timeout.run('to open 0_1', async () => Promise.reject(never))).rejects.toBe(never)
})
