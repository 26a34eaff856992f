import { expect, test } from 'vitest'
import { type DiskUse, DiskWatch } from '../../../src/app/disk-watch.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'

interface Fixture {
  readonly watch: DiskWatch
  readonly clock: ManualClock
  readonly warnings: string[]
  /** What the system says from now on. */
  says(use: number | Error): void
}

function open(): Fixture {
  const clock = new ManualClock()
  const warnings: string[] = []
  let answer: number | Error = 0
  const read = (): DiskUse => {
    if (typeof answer !== 'number') throw answer
    return { totalBytes: 1000, usedBytes: 1000 * answer, ratio: answer }
  }
  const logger = { ...silentLogger, warn: (_: object, text: string) => warnings.push(text) }
  return {
    watch: new DiskWatch({ directory: '/state', clock, logger, read }),
    clock,
    warnings,
    says: (use) => {
      answer = use
    },
  }
}

const full = (percent: number): string =>
  `the disk of the state directory is ${percent}% full: when it is full the application ends`

test('warns once each time the disk comes to be over 80% full, within a minute', () => {
  const { watch, clock, warnings, says } = open()
  says(0.8)
  watch.start()
  expect(warnings).toEqual([])
  says(0.805)
  clock.advance(59_999)
  expect(warnings).toEqual([])
  clock.advance(1)
  expect(warnings).toEqual([full(80)])
  says(0.95)
  clock.advance(600_000)
  expect(warnings).toHaveLength(1)
  says(0.7)
  clock.advance(60_000)
  says(0.99)
  clock.advance(60_000)
  expect(warnings).toEqual([full(80), full(99)])
})

test('says at the start that it is full already', () => {
  const { watch, warnings, says } = open()
  says(0.9)
  watch.start()
  expect(warnings).toEqual([full(90)])
})

test('looks no more once it is stopped', () => {
  const { watch, clock, warnings, says } = open()
  watch.start()
  watch.stop()
  says(0.9)
  clock.advance(600_000)
  expect(warnings).toEqual([])
})

test('says once that the system does not tell, and goes on looking', () => {
  const { watch, clock, warnings, says } = open()
  says(new Error('gone'))
  watch.start()
  clock.advance(120_000)
  expect(watch.use).toBeUndefined()
  expect(warnings).toEqual(['how full the disk of the state is cannot be told'])
  says(0.9)
  clock.advance(60_000)
  expect(warnings.at(-1)).toBe(full(90))
})

test('reads the disk of a directory that exists', () => {
  const { use } = new DiskWatch({ directory: '/', clock: new ManualClock(), logger: silentLogger })
  expect(use!.totalBytes).toBeGreaterThan(0)
  expect(use!.usedBytes).toBeLessThanOrEqual(use!.totalBytes)
  expect(use!.ratio).toBeGreaterThan(0)
  expect(use!.ratio).toBeLessThanOrEqual(1)
})
