import { join } from 'node:path'
import { expect, test } from 'vitest'
import { caseReport } from './report.ts'
import { readCases, vectorFiles } from './vectors.ts'
import { judge } from './verdict.ts'

/** The only ones that may be skipped: what is optional of what was recorded. */
const mayBeSkipped = ['store-format-headers', 'cache-eviction']

const files = vectorFiles([join(import.meta.dirname, 'vectors')])

test('there are vectors', () => {
  expect(files.length).toBeGreaterThan(30)
})

for (const file of files) {
  const cases = readCases(file)
  test(`${cases[0]!.area}: as Java, in ${cases.length} cases`, () => {
    const bad = cases
      .map(judge)
      .filter(
        ({ result, area }) => result === 'failed' || (result === 'skipped' && !mayBeSkipped.includes(area)),
      )
    expect(bad.map(caseReport)).toEqual([])
  })
}
