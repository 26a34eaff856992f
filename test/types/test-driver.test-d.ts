import { expectTypeOf, test } from 'vitest'
import { json, long, string, topic, topology } from '../../src/index.ts'
import { TopologyTestDriver } from '../../src/testing/index.ts'

interface Click {
  readonly url: string
}

const clicks = topic('clicks', { key: string, value: json<Click>() })
const counts = topic('counts', { key: string, value: long })
const counting = topology(import.meta.url, (b) => {
  const table = b
    .stream(clicks)
    .groupByKey()
    .count({ store: { name: 'counts' } })
  table.toStream().to(counts)
  return { table }
})

test('inputs and outputs have the types of their topics', () => {
  const driver = new TopologyTestDriver(counting)
  const input = driver.input(clicks)
  input.pipe('a', { url: '/' }, { timestamp: 1, headers: { trace: 'x' } })
  input.pipe(null, null)
  // @ts-expect-error a value of another type
  input.pipe('a', { link: '/' })
  // @ts-expect-error a key of another type
  input.pipe(1, { url: '/' })
  const output = driver.output(counts)
  expectTypeOf(output.read()?.value).toEqualTypeOf<number | null | undefined>()
  expectTypeOf(output.readPairs()).toEqualTypeOf<[string | null, number | null][]>()
  // @ts-expect-error wall-clock time is a duration
  driver.advanceWallClock('soon')
  driver.store(driver.tables.table)
  // @ts-expect-error the topology returned no such table
  driver.store(driver.tables.totals)
})
