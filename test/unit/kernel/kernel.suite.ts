import { describe } from 'vitest'
import type { CreateKernel } from './kernel.driver.ts'
import { filtersSuite } from './kernel-filters.suite.ts'
import { jsonSuite } from './kernel-json.suite.ts'
import { jsonFieldsSuite } from './kernel-json-fields.suite.ts'
import { outputSuite } from './kernel-output.suite.ts'
import { readerSuite } from './kernel-reader.suite.ts'
import { regionSuite } from './kernel-region.suite.ts'
import { rowsSuite } from './kernel-rows.suite.ts'
import { windowsSuite } from './kernel-windows.suite.ts'
import { writersSuite } from './kernel-writers.suite.ts'

/** What every kernel does. */
export function kernelSuite(name: string, create: CreateKernel): void {
  describe(`kernel: ${name}`, () => {
    describe('reader', () => readerSuite(create))
    describe('writers', () => writersSuite(create))
    describe('region', () => regionSuite(create))
    describe('filters', () => filtersSuite(create))
    describe('event time and windows', () => windowsSuite(create))
    describe('output and changelog', () => outputSuite(create))
    describe('rows', () => rowsSuite(create))
    describe('json', () => jsonSuite(create))
    describe('json fields', () => jsonFieldsSuite(create))
  })
}
