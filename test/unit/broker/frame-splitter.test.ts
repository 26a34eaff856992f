import { expect, test } from 'vitest'
import { frameSplitter } from '../../broker/frame-splitter.ts'

const frame = (text: string): Buffer => {
  const size = Buffer.alloc(4)
  size.writeInt32BE(text.length)
  return Buffer.concat([size, Buffer.from(text)])
}

test.each([1, 3, 5, 100])('frames are whole, in pieces of %d bytes', (pieceBytes) => {
  const all = Buffer.concat([frame('one'), frame(''), frame('a longer one')])
  const found: string[] = []
  const take = frameSplitter((one) => found.push(one.subarray(4).toString()))
  for (let at = 0; at < all.length; at += pieceBytes) take(all.subarray(at, at + pieceBytes))
  expect(found).toEqual(['one', '', 'a longer one'])
})

test('what is not whole yet is held back', () => {
  const found: string[] = []
  frameSplitter((one) => found.push(one.toString()))(frame('one').subarray(0, 6))
  expect(found).toEqual([])
})
