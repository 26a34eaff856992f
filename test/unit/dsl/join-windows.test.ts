import { expect, test } from 'vitest'
import { joinWindows } from '../../../src/dsl/join-windows.ts'

test('before and after take the place of within', () => {
  expect(joinWindows({ within: '10s', grace: '5s' }, 'join')).toEqual({
    kind: 'join',
    beforeMs: 10_000,
    afterMs: 10_000,
    graceMs: 5000,
    spuriousResults: false,
  })
  expect(joinWindows({ within: 20, before: -5 }, 'join')).toMatchObject({
    beforeMs: -5,
    afterMs: 20,
    graceMs: 0,
  })
  expect(joinWindows({ within: 20, after: '-1ms' }, 'join')).toMatchObject({ beforeMs: 20, afterMs: -1 })
})

test('windows with spurious results are open for a day by default', () => {
  const hour = 3_600_000
  expect(joinWindows({ within: '1h', spuriousResults: true }, 'join').graceMs).toBe(22 * hour)
  expect(joinWindows({ within: '1h', before: 0, spuriousResults: true }, 'join').graceMs).toBe(22 * hour)
  expect(joinWindows({ within: '20h', spuriousResults: true }, 'join').graceMs).toBe(0)
  expect(joinWindows({ within: '1h', grace: 3, spuriousResults: true }, 'join').graceMs).toBe(3)
})

test('a window does not end before it starts', () => {
  const negative = expect.objectContaining({
    code: 'topology-invalid',
    message: 'leftJoin: Window interval (ie, beforeMs+afterMs) must not be negative.',
  })
  expect(() => joinWindows({ within: 5, before: -6 }, 'leftJoin')).toThrow(negative)
  expect(() => joinWindows({ within: -3, before: 5, after: 5 }, 'leftJoin')).toThrow(negative)
})

test('what is no duration is an error', () => {
  const invalid = (part: string) =>
    expect.objectContaining({ code: 'options-invalid', message: expect.stringContaining(part) })
  expect(() => joinWindows({ within: 1.5 }, 'join')).toThrow(invalid('join: '))
  expect(() => joinWindows({ within: 1, grace: -1 }, 'join')).toThrow(invalid('join: grace'))
  expect(() => joinWindows({ within: 1, before: '-x' as never }, 'join')).toThrow(invalid('join: before'))
})
