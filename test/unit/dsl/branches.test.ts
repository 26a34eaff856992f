import { expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { text } from './topics.ts'

const isLong = (value: string): boolean => value.length > 5

test('branches have the names that their types say: of the split, and their own or their number', () => {
  const stream = new StreamsBuilder().stream(text)
  const branches = stream
    .split({ name: 'by-' })
    .branch(isLong, { name: 'long' })
    .branch(isLong)
    .branch(isLong, { name: 'mapped', via: (long) => long.mapValues(() => 1) })
    .branch(isLong, { name: 'ended', to: (long) => long.to(text) })
    .branch(isLong, { name: 'gone', via: () => undefined })
    .defaultBranch()
  expect([...branches.keys()]).toEqual(['by-long', 'by-2', 'by-mapped', 'by-0'])
  expect(branches.get('by-long')?.position.name).toBe('by-long')
  expect(branches.get('by-mapped')?.position.name).toMatch(/^KSTREAM-MAPVALUES-/)
  expect(branches.get('by-ended')).toBeUndefined()
  expect(branches.get('by-gone')).toBeUndefined()
})

test('of a split without a name they are generated, and there may be no default one', () => {
  const stream = new StreamsBuilder().stream(text)
  const branches = stream.split().branch(isLong, { name: '-long' }).branch(isLong).noDefaultBranch()
  expect([...branches.keys()]).toEqual(['KSTREAM-BRANCH-0000000001-long', 'KSTREAM-BRANCH-00000000012'])
})
