import { describe, expect, test } from 'vitest'
import { ProducerStates } from '../../../src/client/embedded/producer-state.ts'
import { sequenceAfter } from '../../../src/protocol/record-batch/rewrite.ts'

const batch = (baseSequence: number, recordCount = 1, producerEpoch = 0) => ({
  producerId: 7,
  producerEpoch,
  baseSequence,
  recordCount,
})

/** States to which single-record batches of sequences 0 to `count - 1` were appended at offsets 100, 101, ... */
function appendedStates(count: number): ProducerStates {
  const states = new ProducerStates()
  for (let i = 0; i < count; i++) {
    expect(states.check(batch(i))).toBeUndefined()
    states.appended(batch(i), 100 + i)
  }
  return states
}

const outOfOrder = expect.objectContaining({
  details: expect.objectContaining({ kafkaError: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }),
})

describe('the last five batches', () => {
  test('are acknowledged again with their offsets', () => {
    const states = appendedStates(6)
    for (const sequence of [1, 2, 3, 4, 5]) expect(states.check(batch(sequence))).toBe(100 + sequence)
    expect(states.check(batch(6))).toBeUndefined()
  })

  test('and no older one', () => {
    const states = appendedStates(6)
    expect(() => states.check(batch(0))).toThrow(outOfOrder)
  })

  test('only if they have as many records', () => {
    const states = appendedStates(2)
    expect(() => states.check(batch(1, 2))).toThrow(outOfOrder)
  })
})

describe('sequences', () => {
  test('begin at 0 and have no gaps', () => {
    const states = new ProducerStates()
    expect(() => states.check(batch(1))).toThrow(outOfOrder)
    states.appended(batch(0, 3), 0)
    expect(() => states.check(batch(4))).toThrow(outOfOrder)
    expect(states.check(batch(3))).toBeUndefined()
  })

  test('are of one producer', () => {
    const states = appendedStates(3)
    expect(states.check({ ...batch(0), producerId: 8 })).toBeUndefined()
  })

  test('wrap around', () => {
    expect(sequenceAfter(0x7fff_ffff, 1)).toBe(0)
    expect(sequenceAfter(0x7fff_fffe, 5)).toBe(3)
    expect(sequenceAfter(5, 5)).toBe(10)
    const states = new ProducerStates()
    states.appended(batch(0, 0x7fff_fffe), 0)
    expect(states.check(batch(0x7fff_fffe, 5))).toBeUndefined()
    states.appended(batch(0x7fff_fffe, 5), 1)
    expect(states.check(batch(3))).toBeUndefined()
  })
})

describe('epochs', () => {
  test('a new one begins at 0 and fences the old one', () => {
    const states = appendedStates(3)
    expect(() => states.check(batch(3, 1, 1))).toThrow(outOfOrder)
    expect(states.check(batch(0, 1, 1))).toBeUndefined()
    states.appended(batch(0, 1, 1), 200)
    expect(() => states.check(batch(3))).toThrow(expect.objectContaining({ code: 'fenced' }))
    expect(() => states.check(batch(2))).toThrow(expect.objectContaining({ code: 'fenced' }))
  })

  test('a marker fences too, and lets its own epoch go on', () => {
    const states = appendedStates(3)
    states.marked(7, 0)
    expect(states.check(batch(3))).toBeUndefined()
    states.marked(7, 1)
    expect(() => states.check(batch(3))).toThrow(expect.objectContaining({ code: 'fenced' }))
    expect(states.check(batch(0, 1, 1))).toBeUndefined()
  })
})
