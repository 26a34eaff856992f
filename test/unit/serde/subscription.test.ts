import { describe, expect, test } from 'vitest'
import { hex, utf8 } from '../../../src/core/bytes.ts'
import { murmur3 } from '../../../src/protocol/murmur3.ts'
import { combinedKey } from '../../../src/serde/combined-key.ts'
import { string } from '../../../src/serde/scalars.ts'
import type { Serde } from '../../../src/serde/serde.ts'
import { subscription, subscriptionResponse } from '../../../src/serde/subscription.ts'

const text = string as Serde<unknown>
const f1 = murmur3(utf8('f1'))
const g1 = murmur3(utf8('g1'))
const bytes = (digits: string): Uint8Array => Buffer.from(digits, 'hex')
const malformed = expect.objectContaining({ code: 'deserialization' })

// The bytes are those of the foreign-key joins of the golden topologies, recorded from Java.
describe('a subscription', () => {
  const serde = subscription(text)

  test.each([
    ['01036c97e18d1adb49629dacecb4a42754c16100000000', f1, 'propagate-only-if-fk-val-available'],
    ['01026c97e18d1adb49629dacecb4a42754c16100000000', f1, 'propagate-null-if-no-fk-val-available'],
    ['0100d7cf3dfdda27a1b8ebbde90bbfb7f2496100000000', g1, 'delete-key-no-propagate'],
    ['81016100000000', null, 'delete-key-and-propagate'],
  ] as const)('has the bytes of SubscriptionWrapperSerde (%s)', (digits, hash, instruction) => {
    const value = { hash, instruction, primaryKey: 'a', primaryPartition: 0 }
    expect(hex(serde.serialize(value))).toBe(digits)
    const { hash: read, ...rest } = serde.deserialize(bytes(digits))
    expect(read && hex(read)).toBe(hash && hex(hash))
    expect(rest).toEqual({ instruction, primaryKey: 'a', primaryPartition: 0 })
  })

  test('of version 0 has no partition, and stays one when it is stored', () => {
    const old = serde.deserialize(bytes('800161'))
    expect(old).toEqual({
      hash: null,
      instruction: 'delete-key-and-propagate',
      primaryKey: 'a',
      primaryPartition: null,
    })
    expect(hex(serde.serialize(old))).toBe('800161')
  })

  test('of another version, or cut off, is refused', () => {
    for (const digits of ['', '02', '0203', '8201', '8104', '8101', '810100', '0103aabb'])
      expect(() => serde.deserialize(bytes(digits)), digits).toThrow(malformed)
  })
})

describe('an answer', () => {
  const serde = subscriptionResponse(text)

  test.each([
    ['006c97e18d1adb49629dacecb4a42754c152', f1, 'R'],
    ['00d7cf3dfdda27a1b8ebbde90bbfb7f249', g1, null],
    ['80', null, null],
  ])('has the bytes of SubscriptionResponseWrapperSerde (%s)', (digits, hash, foreignValue) => {
    expect(hex(serde.serialize({ hash, foreignValue, primaryPartition: 3 }))).toBe(digits)
    const read = serde.deserialize(bytes(digits))
    expect(read.hash && hex(read.hash)).toBe(hash && hex(hash))
    expect(read).toMatchObject({ foreignValue, primaryPartition: null })
  })

  test('of another version, or cut off, is refused', () => {
    for (const digits of ['', '00', '00aa', '81'])
      expect(() => serde.deserialize(bytes(digits)), digits).toThrow(malformed)
  })

  test('does not share its hash with the buffer it was read from', () => {
    const buffer = bytes('006c97e18d1adb49629dacecb4a42754c152')
    const { hash } = serde.deserialize(buffer)
    buffer.fill(0)
    expect(hex(hash!)).toBe(hex(f1))
  })
})

test('a combined key is length | foreign key | primary key, and begins with its prefix', () => {
  const serde = combinedKey(text, text)
  const key = { foreignKey: 'f', primaryKey: 'a' }
  expect(hex(serde.serialize(key))).toBe('000000016661')
  expect(serde.deserialize(bytes('000000016661'))).toEqual(key)
  expect(hex(serde.prefix('f'))).toBe('0000000166')
  for (const digits of ['', '0000', '0000000361', 'ffffffff61'])
    expect(() => serde.deserialize(bytes(digits)), digits).toThrow(malformed)
})
