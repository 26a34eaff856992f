import { expect, test } from 'vitest'
import type { KStream } from '../../../src/dsl/stream.ts'
import type { PrintOptions } from '../../../src/dsl/stream-options.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { session, tumbling, unlimited } from '../../../src/dsl/windows.ts'
import { json } from '../../../src/serde/json.ts'
import { bytes, int64, string } from '../../../src/serde/scalars.ts'
import type { Serde } from '../../../src/serde/serde.ts'
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.ts'

/** The lines that a value of the key `k` at time 5 leads to. */
function printed<V>(
  value: V | null,
  serde: Serde<V>,
  print: (stream: KStream<string, V>, write: PrintOptions<unknown, unknown>) => void,
): string[] {
  const lines: string[] = []
  const input = topic('in', { key: string, value: serde })
  const built = topology(import.meta.url, (b) => {
    print(b.stream(input), {
      write: (line) => {
        lines.push(line)
      },
    })
    return undefined
  })
  using driver = new TopologyTestDriver(built)
  driver.input(input).pipe('k', value, { timestamp: 5 })
  return lines
}

test.each([
  ['text', string, 'k, text'],
  [null, string, 'k, null'],
  [7n, int64, 'k, 7'],
  [Uint8Array.of(1, 255), bytes, 'k, 01ff'],
  [{ a: [1, null] }, json<unknown>(), 'k, {"a":[1,null]}'],
] as readonly [unknown, Serde<unknown>, string][])(
  '%s is written so that it can be read',
  (value, serde, line) => {
    expect(printed(value, serde, (stream, options) => stream.print(options))).toEqual([
      `[KSTREAM-SOURCE-0000000000]: ${line}`,
    ])
  },
)

test('label, text and destination can be chosen', () => {
  const lines = printed('v', string, (stream, options) =>
    stream.print({ ...options, label: 'mine', format: (value, key) => `${value} of ${key}` }),
  )
  expect(lines).toEqual(['[mine]: v of k'])
})

test("windowed keys are written as Java's Windowed is", () => {
  const lines = printed('v', string, (stream, options) => {
    const grouped = stream.groupByKey()
    const counts = [
      grouped.windowedBy(tumbling(10)).count(),
      grouped.windowedBy(session(10)).count(),
      grouped.windowedBy(unlimited()).count(),
    ]
    for (const count of counts) count.toStream().print({ ...options, label: 'w' })
  })
  expect(lines).toEqual(['[w]: [k@0/10], 1', '[w]: [k@5/5], 1', '[w]: [k@0/9223372036854775807], 1'])
})
