import { expect, test } from 'vitest'
import type { Predicate } from '../../../src/kernel/program.ts'
import { bytesOf, type CreateKernel, programOf, run } from './kernel.driver.ts'

export function filtersSuite(create: CreateKernel): void {
  const passes = (
    filter: Predicate,
    values: readonly unknown[],
    fields: readonly string[][] = [['f']],
  ): unknown[] => {
    const inputs = values.map((value, i) => ({ key: `${i}`, value: bytesOf(value) }))
    return run(
      create,
      programOf({ fields, filter, aggregate: { kind: 'count', nullValues: 'count' } }),
      inputs,
    )
      .sent(0)
      .map((record) => values[Number(Buffer.from(record.key!).toString())])
  }
  const compare = (
    op: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le',
    value: string | number | boolean,
    field = 0,
  ): Predicate => ({
    kind: 'compare',
    field,
    op,
    value,
  })
  const f = (...values: unknown[]): { f: unknown }[] => values.map((value) => ({ f: value }))

  test('compare numbers', () => {
    const numbers = f(-1, 0, 1, 1.5, 2)
    expect(passes(compare('eq', 1), numbers)).toEqual(f(1))
    expect(passes(compare('ne', 1), numbers)).toEqual(f(-1, 0, 1.5, 2))
    expect(passes(compare('gt', 1), numbers)).toEqual(f(1.5, 2))
    expect(passes(compare('ge', 1), numbers)).toEqual(f(1, 1.5, 2))
    expect(passes(compare('lt', 1), numbers)).toEqual(f(-1, 0))
    expect(passes(compare('le', 1), numbers)).toEqual(f(-1, 0, 1))
    expect(passes(compare('eq', 0), ['{"f":-0}', '{"f":0e5}', '{"f":1e-400}'])).toHaveLength(3)
  })

  test('compare texts, however they are written', () => {
    const texts = [
      '{"f":"é😀"}',
      '{"f":"\\u00e9\\ud83d\\uDE00"}',
      '{"f":"\\u00E9😀"}',
      '{"f":"é"}',
      '{"f":"é😀 "}',
      '{"f":""}',
    ]
    expect(passes(compare('eq', 'é😀'), texts)).toEqual(texts.slice(0, 3))
    expect(passes(compare('ne', 'é😀'), texts)).toEqual(texts.slice(3))
    expect(passes(compare('eq', ''), texts)).toEqual(texts.slice(5))
    expect(
      passes(compare('eq', '"\\/\b\f\n\r\t'), [
        '{"f":"\\"\\\\\\/\\b\\f\\n\\r\\t"}',
        '{"f":"\\u0022\\u005c/\\u0008\\u000c\\u000A\\u000d\\u0009"}',
      ]),
    ).toHaveLength(2)
  })

  test('compare booleans', () => {
    expect(passes(compare('eq', true), f(true, false))).toEqual(f(true))
    expect(passes(compare('ne', true), f(true, false))).toEqual(f(false))
  })

  test('what is absent or of another type compares false, with ne too', () => {
    const others = [
      {},
      { g: 1 },
      ...f(null, [], [1], {}, { f: 1 }),
      [1],
      [{ f: 1 }],
      'null',
      '1',
      '"f"',
      null,
    ]
    for (const op of ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const)
      expect(passes(compare(op, 1), others)).toEqual([])
    for (const op of ['eq', 'ne'] as const) {
      expect(passes(compare(op, '1'), [...others, ...f(1, true)])).toEqual([])
      expect(passes(compare(op, true), [...others, ...f(1, 'true')])).toEqual([])
    }
    expect(passes({ kind: 'not', operand: compare('ne', 1) }, others)).toEqual(others)
  })

  test('and, or, not', () => {
    const both = [0, 1, 2, 3].map((n) => ({ f: n, g: n % 2 === 0 }))
    const fields = [['f'], ['g']]
    const [even, large] = [compare('eq', true, 1), compare('ge', 2, 0)]
    expect(passes({ kind: 'and', left: even, right: large }, both, fields)).toEqual([both[2]])
    expect(passes({ kind: 'or', left: even, right: large }, both, fields)).toEqual([
      both[0],
      both[2],
      both[3],
    ])
    expect(passes({ kind: 'not', operand: { kind: 'or', left: even, right: large } }, both, fields)).toEqual([
      both[1],
    ])
    expect(
      passes(
        { kind: 'and', left: { kind: 'not', operand: even }, right: { kind: 'not', operand: large } },
        both,
        fields,
      ),
    ).toEqual([both[1]])
  })
}
