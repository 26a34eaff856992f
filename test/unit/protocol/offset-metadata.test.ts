import { expect, test } from 'vitest'
import { decodeOffsetMetadata, encodeOffsetMetadata } from '../../../src/protocol/offset-metadata.ts'

// What TopicPartitionMetadata of kafka-streams 4.3.1 encodes and decodes.

const time = 1_700_000_000_123

test.each([
  [
    'AgAAAYvP5Wh7AAAAAgAAABxLU1RSRUFNLUFHR1JFR0FURS0wMDAwMDAwMDAzAAABi8/laAAAAAACw7z//////////w==',
    time,
    { 'KSTREAM-AGGREGATE-0000000003': 1_700_000_000_000, ü: -1 },
  ],
  ['AgAAAYvP5Wh7', time, {}],
  ['Av//////////', -1, {}],
])('the text of Java: %s', (text, partitionTime, processors) => {
  const value = { partitionTime, processors: new Map<string, number>(Object.entries(processors)) }
  expect(encodeOffsetMetadata(value)).toBe(text)
  expect(decodeOffsetMetadata(text)).toEqual(value)
})

test.each([
  ['nothing', '', -1, {}],
  ['not base64', 'x', -1, {}],
  ['a remark of some other tool', 'hello world', -1, {}],
  ['the URL-safe alphabet', 'AgAAAYvP5Wg-', -1, {}],
  ['wrong padding', 'AgAAAYvP5Wh7AAAAAg=', -1, {}],
  ['version 1', 'AQAAAYvP5Wh7', time, {}],
  ['version 3', 'AwAAAYvP5Wh7', -1, {}],
  ['no time', 'Ag==', -1, {}],
  ['a count without entries', 'AgAAAYvP5Wh7AAAAAg==', time, {}],
  ['a negative count', 'AgAAAYvP5Wh7/////w==', time, {}],
  ['a count cut off', 'AgAAAYvP5Wh7AAAA', time, {}],
  ['one entry', 'AgAAAYvP5Wh7AAAAAQAAAAFhAAAAAAAAAAU=', time, { a: 5 }],
  ['a key longer than the text', 'AgAAAYvP5Wh7AAAAAQAAAAlhAAAAAAAAAAU=', time, {}],
])('takes what it can read, as Java does: %s', (_, text, partitionTime, processors) => {
  expect(decodeOffsetMetadata(text)).toEqual({
    partitionTime,
    processors: new Map(Object.entries(processors)),
  })
})
