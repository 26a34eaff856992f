import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { createWasmKernel } from '../../src/kernel/load.ts'
import { createReferenceKernel } from '../../src/kernel/reference/kernel.ts'
import { badValues, isJson } from '../unit/kernel/kernel-json.suite.ts'
import { jsonText, nearlyJson } from './kernel-json-text.ts'
import { runs } from './runs.ts'

describe.each([
  ['reference', createReferenceKernel],
  ['WebAssembly', createWasmKernel],
])('%s: well-formed is what JSON.parse takes', (_, create) => {
  const agrees = (texts: readonly Uint8Array[]): void => {
    expect(badValues(create, texts)).toEqual(texts.flatMap((text, i) => (isJson(text) ? [] : [i])))
  }

  test('of JSON', () => {
    const texts = fc.array(jsonText.map(utf8), { minLength: 1, maxLength: 10 })
    fc.assert(fc.property(texts, agrees), runs(300))
  })

  test('of what is nearly JSON', () => {
    const texts = fc.array(nearlyJson, { minLength: 1, maxLength: 10 })
    fc.assert(fc.property(texts, agrees), runs(600))
  })

  test('of JSON that is cut off', () => {
    const text = jsonText.map(utf8).filter((bytes) => bytes.length < 300)
    const cuts = text.map((bytes) =>
      Array.from({ length: bytes.length }, (_, size) => bytes.subarray(0, size)),
    )
    fc.assert(
      fc.property(cuts, (texts) => texts.length === 0 || agrees(texts)),
      runs(100),
    )
  })
})
