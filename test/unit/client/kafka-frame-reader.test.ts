import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameReader } from '../../../src/client/kafka/frame-reader.ts'

interface Frame {
  readonly id: number
  readonly rest: Uint8Array
}

function bytesOf(frames: readonly Frame[]): Uint8Array {
  return Buffer.concat(
    frames.map(({ id, rest }) => {
      const prefix = Buffer.alloc(8)
      prefix.writeInt32BE(rest.length + 4, 0)
      prefix.writeInt32BE(id, 4)
      return Buffer.concat([prefix, rest])
    }),
  )
}

const frames = fc.array(
  fc.record({ id: fc.integer({ min: 0, max: 1000 }), rest: fc.uint8Array({ maxLength: 50 }) }),
)

test('frames come out as they went in, however the bytes are cut, from one reused buffer', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, cuts) => {
      const received: Frame[] = []
      const allocated: number[] = []
      const reader = new FrameReader(
        1000,
        (id, size) => {
          allocated.push(id)
          return new Uint8Array(size)
        },
        (id, rest) => received.push({ id, rest }),
      )
      const all = bytesOf(sent)
      const buffer = new Uint8Array(64)
      for (let at = 0, i = 0; at < all.length; i++) {
        const cut = all.subarray(at, at + cuts[i % cuts.length]!)
        buffer.fill(0xee)
        buffer.set(cut)
        reader.receive(buffer, cut.length)
        at += cut.length
      }
      expect(received).toEqual(sent)
      expect(allocated).toEqual(sent.map(({ id }) => id))
    }),
  )
})

test.each([-1, 0, 3, 1001, 0x4854_5450])(
  'a response of %d bytes is refused before memory is taken',
  (size) => {
    const reader = new FrameReader(
      1000,
      () => expect.unreachable(),
      () => expect.unreachable(),
    )
    const prefix = Buffer.alloc(8)
    prefix.writeInt32BE(size, 0)
    expect(() => reader.receive(prefix, 8)).toThrow(expect.objectContaining({ code: 'protocol-malformed' }))
  },
)
