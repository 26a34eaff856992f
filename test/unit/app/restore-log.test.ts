import { expect, test } from 'vitest'
import { logRestoring } from '../../../src/app/restore-log.ts'
import { Hooks, type RestoreProgress } from '../../../src/core/hooks.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'

const at = (task: string, next: number): RestoreProgress => ({
  task,
  store: 'counts',
  topic: 'app-counts-changelog',
  partition: 0,
  from: 0,
  next,
  to: 100_000,
  records: next,
  remainingMs: null,
})

test('a line every ten seconds with the rate and what remains, and one at the end', () => {
  const clock = new ManualClock()
  const hooks = new Hooks()
  const lines: (readonly [object, string])[] = []
  logRestoring(hooks, clock, { ...silentLogger, info: (facts, text) => lines.push([facts, text]) })
  for (let second = 0; second <= 25; second++) {
    hooks.emit('restoring', at('0_0', second * 2000))
    if (second < 5) hooks.emit('restoring', at('0_1', second * 10_000))
    if (second === 5) hooks.emit('restored', { ...at('0_1', 50_000), records: 50_000, durationMs: 5000 })
    clock.advance(1000)
  }
  expect(lines).toEqual([
    [
      { stores: 1, records: 70_000, perSecond: 7000, remaining: 80_000 },
      'restoring 1 store [#####-------------------]  20%  80,000 records left, 7,000 records/s',
    ],
    [
      { stores: 1, records: 90_000, perSecond: 2000, remaining: 60_000 },
      'restoring 1 store [##########--------------]  40%  60,000 records left, 2,000 records/s',
    ],
  ])
  hooks.emit('restoreSuspended', at('0_0', 50_000))
  expect(lines[2]).toEqual([
    { stores: 2, records: 100_000, durationMs: 26_000 },
    'restoring has ended: 2 stores, 100,000 records in 26000 ms',
  ])
})
