import { describe } from 'vitest'
import type { CreateKernel } from './kernel.driver.ts'
import { jsonSuite } from './kernel-json.suite.ts'
import { readerSuite } from './kernel-reader.suite.ts'
import { regionSuite } from './kernel-region.suite.ts'
import { rowsSuite } from './kernel-rows.suite.ts'
import { writersSuite } from './kernel-writers.suite.ts'

/** What every kernel does. */
export function kernelSuite(name: string, create: CreateKernel): void {
  describe(`kernel: ${name}`, () => {
    describe('reader', () => readerSuite(create))
    describe('writers', () => writersSuite(create))
    describe('region', () => regionSuite(create))
    describe('rows', () => rowsSuite(create))
    describe('json', () => jsonSuite(create))
  })
}
