import { expect, test } from 'vitest'
import { SummaryLog } from '../../../src/app/summary-log.ts'
import { Hooks } from '../../../src/core/hooks.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'

function open(intervalMs: number) {
  const clock = new ManualClock()
  const hooks = new Hooks()
  const lines: string[] = []
  const logger = { ...silentLogger, info: (_: object, text: string) => lines.push(text) }
  return { clock, hooks, lines, log: new SummaryLog({ clock, hooks, logger, intervalMs }) }
}

test('each interval it says what was processed in it, also that it was nothing', () => {
  const { clock, hooks, lines, log } = open(120_000)
  hooks.emit('committed', { thread: 't', records: 1500, durationMs: 3 })
  hooks.emit('committed', { thread: 't', records: 500, durationMs: 3 })
  clock.advance(240_000)
  expect(lines).toEqual([
    'processed 2,000 records in 2 commits since 120 s',
    'processed 0 records in 0 commits since 120 s',
  ])
  log.close()
  clock.advance(240_000)
  expect(lines).toHaveLength(2)
})

test('an interval of 0 says nothing', () => {
  const { clock, lines } = open(0)
  clock.advance(1_000_000)
  expect(lines).toEqual([])
})
