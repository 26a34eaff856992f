import { describe, expect, test } from 'vitest'
import { mutationNames } from './mutations.ts'
import { pairs } from './pairs.ts'
import { failureText, faultTable } from './report.ts'
import { type Outcome, simulate } from './simulation.ts'
import { steps } from './steps.ts'
import { themeCount, themeOf } from './theme.ts'

const seeds = Array.from({ length: 25 }, (_, i) => i + 1)

/** What is wrong, with all that is needed to run it again. */
function complaint(outcome: Outcome): string {
  return outcome.problems.length === 0 ? '' : failureText(outcome)
}

test.each(seeds)('seed %i: every result is there exactly once', async (seed) => {
  const outcome = await simulate({ seed })
  expect(complaint(outcome)).toBe('')
  expect(outcome.records).toBeGreaterThan(0)
})

/** The first seed that finds something. */
async function found(mutation: (typeof mutationNames)[number]): Promise<number | undefined> {
  for (const seed of seeds) if ((await simulate({ seed, mutation })).problems.length > 0) return seed
  return undefined
}

test.each(mutationNames)('finds out %s', async (mutation) => {
  expect(await found(mutation)).toBeDefined()
})

describe('a seed', () => {
  test('goes again as it went before', async () => {
    const disks = new Set<string>()
    for (let seed = 1; disks.size < 2; seed++) {
      const first = await simulate({ seed })
      const { disk } = first.settings
      if (disks.has(disk)) continue
      disks.add(disk)
      const again = await simulate({ seed })
      expect(again.traceHash).toBe(first.traceHash)
      expect(again).toEqual(first)
    }
  })

  test('has a trace of its own', async () => {
    const [one, two] = [await simulate({ seed: 1 }), await simulate({ seed: 2 })]
    expect(one.traceHash).not.toBe(two.traceHash)
  })

  test('tells how to run it again when it fails', async () => {
    const mutation = 'uncommitted-read'
    const seed = await found(mutation)
    const text = failureText(await simulate({ seed: seed!, mutation }), mutation)
    expect(text).toContain(`seed ${seed} is RED`)
    expect(text).toMatch(/the end of the trace:\n +\d+ ms /)
    expect(text).toContain(`npm run simulate -- --seed ${seed} --mutation ${mutation}`)
  })

  test('has one theme in turn', () => {
    const all = Array.from({ length: themeCount }, (_, seed) => themeOf(seed).name)
    expect(new Set(all).size).toBe(themeCount)
  })
})

test('the table says what was never met', async () => {
  const { text, missing } = faultTable([await simulate({ seed: 1 })])
  for (const step of steps) expect(text).toContain(step)
  expect(missing.length).toBeLessThan(pairs.length)
  expect(missing).toContain('die @ InitProducerId sent')
  expect(faultTable([]).missing).toHaveLength(pairs.length)
})
