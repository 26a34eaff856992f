import { expect, test } from 'vitest'
import {
  type KStream,
  type KTable,
  keyValueStore,
  long,
  type StreamsBuilder,
  string,
  topic,
  topology,
  untilTimeLimit,
} from '../../../src/index.ts'
import { TopologyTestDriver } from '../../../src/testing/index.ts'

const left = topic('left', { key: string, value: string })
const right = topic('right', { key: string, value: string })
const out = topic('out', { key: string, value: string })

type Names = KTable<string, string>
type Input = readonly [topic: 'left' | 'right', value: string | null, timestamp: number]

/** What a topology over two tables makes of updates of one key. */
function run(
  steps: (l: Names, r: Names, b: StreamsBuilder) => KStream<string, string | null>,
  inputs: readonly Input[],
) {
  const tables = topology(import.meta.url, (b) => {
    steps(b.table(left), b.table(right), b).to(out)
    return undefined
  })
  using driver = new TopologyTestDriver(tables)
  for (const [name, value, timestamp] of inputs)
    driver.input(name === 'left' ? left : right).pipe('k', value, { timestamp })
  return driver
    .output(out)
    .readAll()
    .map(({ value, timestamp }) => `${value}@${timestamp}`)
}

const both = (l: string | null, r: string | null) => `${l}|${r}`

test('who looks up a suppressed table sees what has been let go, not what waits', () => {
  const inputs: Input[] = [
    ['left', 'a', 0],
    ['right', 'b', 1],
    ['left', 'a2', 20],
    ['right', 'b2', 21],
    ['left', 'a3', 40],
    ['right', 'b3', 41],
  ]
  const joined = run((l, r) => r.leftJoin(l.suppress(untilTimeLimit(15)), both).toStream(), inputs)
  // At 20 the update of 20 takes the place of that of 0, whose time has come. That of 40 still waits at 41.
  expect(joined).toEqual(['b|null@1', 'b|a2@20', 'b2|a2@21', 'b3|a2@41'])
})

test('a transformer of values that are not kept runs for lookups, at the time of the value', () => {
  const joined = run(
    (l, r) =>
      r
        .join(
          l.transformValues({ transform: (value, _key, { timestamp }) => value && `${value}<${timestamp}>` }),
          both,
        )
        .toStream(),
    [
      ['left', 'a', 5],
      ['right', 'b', 9],
      ['left', 'c', 7],
    ],
  )
  expect(joined).toEqual(['b|a<5>@9', 'b|c<7>@9'])
})

test('a transformer may use the stores that are connected to it, and no others', () => {
  const seen = keyValueStore('seen', { key: string, value: long })
  const counting = (name: string) =>
    run(
      (l) =>
        l
          .transformValues(
            () => ({
              transform(_value, key, context) {
                const store = context.store<{ get(key: string): number; put(key: string, n: number): void }>(
                  name,
                )
                const n = (store.get(key) ?? 0) + 1
                store.put(key, n)
                return String(n)
              },
            }),
            { value: string, stores: [seen] },
          )
          .toStream(),
      [
        ['left', 'a', 0],
        ['left', null, 1],
      ],
    )
  expect(counting('seen')).toEqual(['1@0', '2@1'])
  expect(() => counting('others')).toThrow(expect.objectContaining({ code: 'store-unknown' }))
})
