import { describe, expect, test } from 'vitest'
import { ManualClock, systemClock } from '../../../src/core/time/clock.ts'
import { durationMs } from '../../../src/core/time/duration.ts'

test('durations are milliseconds or text', () => {
  expect([250, '250ms', '1.5s', '5m', '2h', '7d'].map((text) => durationMs(text as '1s'))).toEqual([
    250, 250, 1500, 300_000, 7_200_000, 604_800_000,
  ])
})

test('what is no duration is refused with its name', () => {
  for (const wrong of ['5 m', 'm', '-1s', -1, 0.5, Number.NaN, '1e3s'])
    expect(() => durationMs(wrong as '1s', 'grace'), String(wrong)).toThrow(/^grace: /)
})

describe('a manual clock', () => {
  test('runs timers in order of time, also those set by timers, and stops at the time given', () => {
    const clock = new ManualClock(1000)
    const ran: string[] = []
    clock.after(20, () => ran.push(`b@${clock.now()}`))
    clock.after(10, () => {
      ran.push(`a@${clock.now()}`)
      clock.after(15, () => ran.push(`c@${clock.now()}`))
    })
    clock.after(100, () => ran.push('too late'))
    const cancel = clock.after(5, () => ran.push('cancelled'))
    cancel()
    clock.advance(50)
    expect(ran).toEqual(['a@1010', 'b@1020', 'c@1025'])
    expect(clock.now()).toBe(1050)
  })

  test('sleeps until told, or until the signal', async () => {
    const clock = new ManualClock()
    const slept = clock.sleep(10)
    const stop = new AbortController()
    const stopped = clock.sleep(10, stop.signal)
    stop.abort(new Error('stop'))
    clock.advance(10)
    await slept
    await expect(stopped).rejects.toThrow('stop')
    await expect(clock.sleep(1, stop.signal)).rejects.toThrow('stop')
  })
})

test('the system clock rejects a sleep that is aborted, before and meanwhile', async () => {
  const stop = new AbortController()
  const sleeping = systemClock.sleep(60_000, stop.signal)
  stop.abort(new Error('stop'))
  await expect(sleeping).rejects.toThrow('stop')
  await expect(systemClock.sleep(60_000, stop.signal)).rejects.toThrow('stop')
})
