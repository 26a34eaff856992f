import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Arguments } from '../../../src/cli/arguments.ts'
import { type ResetTarget, resetTarget, targetOptions } from '../../../src/cli/reset-target.ts'

const now = Date.UTC(2026, 0, 31, 12)
const target = (...words: readonly string[]): ResetTarget =>
  resetTarget(Arguments.parse(words, targetOptions), now)

test.each<readonly [readonly string[], ResetTarget]>([
  [[], { kind: 'earliest' }],
  [['--to-earliest'], { kind: 'earliest' }],
  [['--to-latest'], { kind: 'latest' }],
  [['--to-offset', '7'], { kind: 'offset', offset: 7 }],
  [['--shift-by=-5'], { kind: 'shift', by: -5 }],
  [['--to-datetime', '2026-01-31'], { kind: 'time', timestamp: Date.UTC(2026, 0, 31) }],
  [['--to-datetime', '2026-01-31T08:00:00.000'], { kind: 'time', timestamp: Date.UTC(2026, 0, 31, 8) }],
  [['--to-datetime', '2026-01-31T08:00:00+02:00'], { kind: 'time', timestamp: Date.UTC(2026, 0, 31, 6) }],
  [['--by-duration', 'PT1H30M'], { kind: 'time', timestamp: now - 5_400_000 }],
  [['--by-duration', 'P2DT0.5S'], { kind: 'time', timestamp: now - 172_800_500 }],
  [['--by-duration', '90m'], { kind: 'time', timestamp: now - 5_400_000 }],
])('%j is %j', (words, expected) => {
  expect(target(...words)).toEqual(expected)
})

test.each([
  ['--to-offset', '-1'],
  ['--to-datetime', 'yesterday'],
  ['--by-duration', 'P'],
  ['--by-duration', 'PT'],
  ['--by-duration', 'soon'],
  ['--to-latest', '--to-earliest'],
  ['--from-file', '/nowhere/at/all'],
])('%s %s is refused', (...words) => {
  expect(() => target(...words)).toThrowError(expect.objectContaining({ name: 'UsageError' }))
})

test('a file of offsets has a line for each partition', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'offsets.csv')
  writeFileSync(file, 'clicks,0,12\nclicks-2, 1, 5\n\n')
  expect(target('--from-file', file)).toEqual({
    kind: 'offsets',
    offsets: new Map([
      ['clicks-0', 12],
      ['clicks-2-1', 5],
    ]),
  })
  writeFileSync(file, 'clicks,0,12\nclicks;1;5\n')
  expect(() => target('--from-file', file)).toThrowError(/line 2 of .*clicks;1;5/)
})
