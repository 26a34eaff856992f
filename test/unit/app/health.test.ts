import { expect, test } from 'vitest'
import { type HealthFacts, healthOf, type ThreadSigns } from '../../../src/app/health.ts'
import { HealthWatch } from '../../../src/app/health-watch.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import { Hooks } from '../../../src/core/hooks.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import type { StreamThreadHandle } from '../../../src/thread/stream-thread-handle.ts'
import { ThreadPulse } from '../../../src/thread/thread-pulse.ts'
import { openHarness } from './harness.ts'
import { clicks, counts, windowed } from './topologies.ts'

const limits = { silentMs: 45_000, stuckMs: 301_000 }
const healthy: HealthFacts = {
  state: 'RUNNING',
  error: undefined,
  threads: [],
  unreachableMs: undefined,
  limits,
}

function thread(silentMs: number, stuckMs: number, turns = 7): ThreadSigns {
  return { name: 'thread-1', signs: { beats: 1, turns }, silentMs, stuckMs }
}

test('live and ready while it runs; ready only when it does', () => {
  expect(healthOf({ ...healthy, threads: [thread(44_999, 300_000)] })).toEqual({
    state: 'RUNNING',
    live: { ok: true, reasons: [] },
    ready: { ok: true, reasons: [] },
  })
  expect(healthOf({ ...healthy, state: 'REBALANCING' })).toMatchObject({
    live: { ok: true },
    ready: { ok: false, reasons: ['the application is REBALANCING'] },
  })
  expect(healthOf({ ...healthy, state: 'NOT_RUNNING' })).toMatchObject({
    live: { ok: true },
    ready: { ok: false },
  })
})

test('an application that failed is not live', () => {
  for (const state of ['PENDING_ERROR', 'ERROR'] as const)
    expect(healthOf({ ...healthy, state, error: new Error('poison') })).toMatchObject({
      live: { ok: false, reasons: [`the application is ${state}: poison`] },
      ready: { ok: false, reasons: [`the application is ${state}`] },
    })
})

test('a thread that is blocked, or whose loop hangs, is not live', () => {
  expect(healthOf({ ...healthy, threads: [thread(45_000, 45_000)] }).live.reasons).toEqual([
    'thread-1 has been blocked for 45000 ms',
  ])
  expect(healthOf({ ...healthy, threads: [thread(0, 301_000)] }).live.reasons).toEqual([
    'the loop of thread-1 has not turned for 301000 ms',
  ])
  // It has not begun: it reads global tables.
  expect(healthOf({ ...healthy, threads: [thread(0, 301_000, 0)] }).live.ok).toBe(true)
})

test('a broker that is away makes it unready, but a restart would not help', () => {
  const away = { ...healthy, threads: [thread(0, 400_000)], unreachableMs: 14_000 }
  expect(healthOf(away)).toMatchObject({
    live: { ok: true },
    ready: { ok: false, reasons: ['a broker could not be reached 14000 ms ago'] },
  })
  expect(healthOf({ ...healthy, unreachableMs: 15_000 }).ready.ok).toBe(true)
})

test('a thread that stops beating is warned about once, and again after it went on', () => {
  const clock = new ManualClock()
  const hooks = new Hooks()
  const warnings: string[] = []
  const pulse = new ThreadPulse()
  const handle = {
    name: 'thread-1',
    get signs() {
      return pulse.signs
    },
  } as StreamThreadHandle
  const watch = new HealthWatch({
    clock,
    hooks,
    options: {
      sessionTimeoutMs: 45_000,
      rebalanceTimeoutMs: 300_000,
      commitIntervalMs: 1000,
      logger: { ...silentLogger, warn: (_, text) => warnings.push(text) },
    },
    threads: () => [handle],
  })
  watch.start()
  pulse.beat()
  pulse.turned()
  clock.advance(1000)
  clock.advance(15_000)
  expect(warnings).toEqual([])
  clock.advance(1000)
  clock.advance(20_000)
  expect(warnings).toEqual([
    'stream thread thread-1 has been blocked for 16000 ms, by a function of the topology perhaps: beyond sessionTimeout (45000 ms) its tasks go elsewhere',
  ])
  expect(watch.health('RUNNING', undefined).live.ok).toBe(true)
  clock.advance(10_000)
  expect(watch.health('RUNNING', undefined).live.reasons).toEqual(['thread-1 has been blocked for 46000 ms'])
  pulse.beat()
  expect(watch.health('RUNNING', undefined).live.ok).toBe(true)
  clock.advance(17_000)
  expect(warnings).toHaveLength(2)
  hooks.emit('brokerUnreachable', { error: new StreamsError('broker-unreachable', 'x'), attempt: 1 })
  clock.advance(2000)
  expect(watch.health('RUNNING', undefined).ready.reasons).toEqual([
    'a broker could not be reached 2000 ms ago',
  ])
  watch.stop()
  clock.advance(60_000)
  expect(warnings).toHaveLength(2)
})

test('an application tells its health at any time', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  const app = harness.app(windowed)
  expect(app.health()).toEqual({
    state: 'CREATED',
    live: { ok: true, reasons: [] },
    ready: { ok: false, reasons: ['the application is CREATED'] },
  })
  await app.start()
  expect(app.health()).toMatchObject({ live: { ok: true }, ready: { ok: true } })
  await app.close()
  expect(app.health()).toMatchObject({ state: 'NOT_RUNNING', live: { ok: true }, ready: { ok: false } })
})
