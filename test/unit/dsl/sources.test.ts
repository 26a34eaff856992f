import { expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { string } from '../../../src/serde/scalars.ts'
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.ts'

const serdes = { key: string, value: string }
const out = topic('out', serdes)

test('event time can be that of the clock, as the record is read', () => {
  const clocked = topic('in', { ...serdes, timestamp: 'wall-clock' })
  const built = topology(import.meta.url, (b) => {
    b.stream(clocked).to(out)
    return undefined
  })
  expect(built.explain()).toContain('KSTREAM-SOURCE-0000000000 takes the time from the clock')
  using driver = new TopologyTestDriver(built, { at: 1000 })
  const input = driver.input(clocked)
  input.pipe('a', 'x', { timestamp: 5 })
  driver.advanceWallClock('2s')
  input.pipe('a', 'y', { timestamp: 6 })
  const times = driver.output(out).readAll()
  expect(times.map(({ timestamp }) => timestamp)).toEqual([1000, 3000])
})

test.each([
  ['timestamp', { timestamp: () => 1 }],
  ['timestamp', { timestamp: 'wall-clock' }],
  ['invalidTimestamp', { invalidTimestamp: 'skip' }],
] as const)('two calls for one topic must say the same: %s', (what, options) => {
  const builder = new StreamsBuilder()
  builder.stream(topic('in', serdes))
  builder.stream(topic('in', { ...serdes, ...options }))
  expect(() => builder.build()).toThrow(`stream('in') is called twice with another ${what}`)
})

test('two calls with one topic share its source, whatever its functions', () => {
  const extracted = topic('in', { ...serdes, timestamp: () => 1 })
  const builder = new StreamsBuilder()
  builder.stream(extracted)
  builder.stream(extracted)
  expect(builder.build().nodes).toHaveLength(1)
})
