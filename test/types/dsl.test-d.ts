import { expectTypeOf, test } from 'vitest'
import { StreamsBuilder } from '../../src/dsl/builder.ts'
import type { KStream } from '../../src/dsl/stream.ts'
import type { KTable } from '../../src/dsl/table.ts'
import { topic } from '../../src/dsl/topic.ts'
import { topology } from '../../src/dsl/topology.ts'
import { tumbling } from '../../src/dsl/windows.ts'
import { field } from '../../src/expr/build.ts'
import { windowKey } from '../../src/expr/window-key.ts'
import type { KeyValueStoreView, StoreView, WindowStoreView } from '../../src/query/store-view.ts'
import { json } from '../../src/serde/json.ts'
import { float64, int64, long, string } from '../../src/serde/scalars.ts'
import { timeWindowed, type Windowed } from '../../src/serde/windowed.ts'

interface Click {
  readonly user: string
  readonly ms: number
  readonly page: '/' | '/home'
  readonly referrer?: string
  readonly device: { readonly os: string; readonly cores: number | null }
}

const clicks = topic('clicks', {
  key: string,
  value: json<Click>(),
  timestamp: field('ms').millis(),
})
const counts = topic('counts', { key: string, value: long })
const stream = new StreamsBuilder().stream(clicks)

test('topics type their streams', () => {
  expectTypeOf(stream).toEqualTypeOf<KStream<string, Click>>()
  const nullable = topic('n', { key: string, value: json<Click>(), nullable: true })
  expectTypeOf(new StreamsBuilder().stream(nullable)).toEqualTypeOf<KStream<string, Click | null>>()
  // @ts-expect-error no such field
  topic('t', { key: string, value: json<Click>(), timestamp: field('at').seconds() })
  // @ts-expect-error not a number
  topic('t', { key: string, value: json<Click>(), timestamp: field('user').seconds() })
  // @ts-expect-error a condition is not a time
  topic('t', { key: string, value: json<Click>(), timestamp: field('ms').gt(1) })
  // @ts-expect-error no value serde
  topic('t', { key: string })
})

test('json holds JSON only', () => {
  json<{ a: string[]; b?: { c: number | null } }>()
  json<unknown>()
  interface Tree {
    readonly children: readonly Tree[]
  }
  json<Tree>()
  // @ts-expect-error bigint
  json<{ a: bigint }>()
  // @ts-expect-error a Date comes back as text
  json<{ at: Date }>()
})

test('conditions are checked against the row', () => {
  stream.filter(field('ms').gt(0).and(field('page').eq('/home')).or(field('user').ne('x').not()))
  stream.filter(field('referrer').eq('a'))
  stream.filterNot(field('device.os').eq('linux'))
  stream.filter(field('device.cores').ge(4), { name: 'big' })
  // @ts-expect-error no such field
  stream.filter(field('nope').eq('x'))
  // @ts-expect-error no such nested field
  stream.filter(field('device.nope').eq('x'))
  // @ts-expect-error text is not compared with a number
  stream.filter(field('user').eq(1))
  // @ts-expect-error no order on text
  stream.filter(field('user').gt(1))
  // @ts-expect-error one wrong part is enough
  stream.filter(field('ms').gt(0).and(field('nope').eq(true)))
  // @ts-expect-error order needs a number
  field('ms').lt('1')
  // @ts-expect-error a field is not a condition
  stream.filter(field('ms'))
  // @ts-expect-error text has no fields
  new StreamsBuilder().stream(topic('t', { key: string, value: string })).filter(field('length').gt(1))
})

test('lambdas are typed, and synchronous', () => {
  const home = stream.filter((value): value is Click & { page: '/home' } => value.page === '/home')
  expectTypeOf(home).toEqualTypeOf<KStream<string, Click & { page: '/home' }>>()
  expectTypeOf(stream.filter((value, key) => key === value.user)).toEqualTypeOf<KStream<string, Click>>()
  expectTypeOf(stream.mapValues(({ page }) => page.length)).toEqualTypeOf<KStream<string, number>>()
  expectTypeOf(stream.selectKey(({ ms }) => ms)).toEqualTypeOf<KStream<number, Click>>()
  // @ts-expect-error a promise is not a boolean
  stream.filter(async () => true)
  // @ts-expect-error a mapper must be synchronous
  stream.mapValues(async ({ page }) => page)
  // @ts-expect-error a mapper must be synchronous in every case
  stream.mapValues(({ ms }) => (ms > 1 ? ms : Promise.resolve(ms)))
  // @ts-expect-error a key selector must be synchronous
  stream.selectKey(async ({ user }) => user)
})

test('projections and keys take the type of their fields', () => {
  const projected = stream.mapValues({
    who: field('user'),
    slow: field('ms').gt(100),
    cores: field('device.cores'),
  })
  expectTypeOf(projected).toEqualTypeOf<
    KStream<string, { who: string; slow: boolean; cores: number | null }>
  >()
  // @ts-expect-error no such field
  stream.mapValues({ who: field('nope') })
  expectTypeOf(stream.selectKey(field('user'), { key: string })).toEqualTypeOf<KStream<string, Click>>()
  expectTypeOf(stream.selectKey(field('device.cores'))).toEqualTypeOf<KStream<number, Click>>()
  // @ts-expect-error no such field
  stream.selectKey(field('nope'))
  // @ts-expect-error the serde of another type
  stream.selectKey(field('user'), { key: float64 })
  // @ts-expect-error the serde of another type
  stream.selectKey((value) => value.user, { key: float64 })
  // @ts-expect-error the key is not windowed
  stream.selectKey(windowKey('{key}'))
})

test('counts are tables of numbers', () => {
  const table = stream.groupByKey().count({ store: { name: 'c' } })
  expectTypeOf(table).toEqualTypeOf<KTable<string, number>>()
  const windowed = stream
    .groupByKey()
    .windowedBy(tumbling('5m', { grace: '1m' }))
    .count()
  expectTypeOf(windowed).toEqualTypeOf<KTable<Windowed<string>, number>>()
  expectTypeOf(windowed.toStream()).toEqualTypeOf<KStream<Windowed<string>, number | null>>()
  expectTypeOf<KTable<Windowed<string>, number>>().not.toExtend<KTable<string, number>>()
  expectTypeOf<KTable<string, number>>().not.toExtend<KTable<Windowed<string>, number>>()
  expectTypeOf<KStream<string, number>>().not.toExtend<KStream<number, number>>()
  expectTypeOf<KStream<string, number>>().not.toExtend<KStream<string, string>>()
  expectTypeOf<StoreView<KTable<string, number>>>().toEqualTypeOf<KeyValueStoreView<string, number>>()
  expectTypeOf<StoreView<typeof windowed>>().toEqualTypeOf<WindowStoreView<string, number>>()
  // @ts-expect-error only windows are retained
  stream.groupByKey().count({ store: { retention: '1h' } })
  // @ts-expect-error not a duration
  tumbling('5 minutes')
})

test('a sink takes the keys and values of its stream', () => {
  const windowed = stream.groupByKey().windowedBy(tumbling('5m')).count().toStream()
  windowed.to(topic('w', { key: timeWindowed(string, '5m'), value: long }))
  windowed.selectKey(windowKey('{key}@{start:HH:mm:ss}')).to(counts)
  stream.to(topic('users', { key: string, value: json<{ user: string }>() }))
  // @ts-expect-error windowed keys
  windowed.to(counts)
  // @ts-expect-error a value of another type
  stream.to(counts)
  // @ts-expect-error bigint, but counts are numbers
  windowed.to(topic('w', { key: timeWindowed(string, '5m'), value: int64 }))
  // @ts-expect-error the topic wants more than the stream has
  stream.to(topic('o', { key: string, value: json<Click & { z: number }>() }))
})

test('a topology types its tables and args', () => {
  const clickCounts = topology('file:///x.js', (b) => {
    const counts = b.stream(clicks).groupByKey().windowedBy(tumbling('5m')).count()
    counts
      .toStream()
      .selectKey(windowKey('{key}'))
      .to(topic('o', { key: string, value: long }))
    return { counts }
  })
  expectTypeOf(clickCounts.tables.counts).toEqualTypeOf<KTable<Windowed<string>, number>>()
  // @ts-expect-error no such table
  clickCounts.tables.nope
  const pass = topology('file:///x.js', (b) => {
    b.stream(clicks).to(clicks)
  })
  expectTypeOf(pass.tables).toEqualTypeOf<Readonly<Record<never, never>>>()
  const sized = topology(
    'file:///x.js',
    (b, { minutes }) => ({
      counts: b
        .stream(clicks)
        .groupByKey()
        .windowedBy(tumbling(`${minutes}m`))
        .count(),
    }),
    { args: { minutes: 5 } },
  )
  expectTypeOf(sized.args).toEqualTypeOf<{ minutes: number }>()
  sized.withArgs({ minutes: 6 })
  // @ts-expect-error other args
  sized.withArgs({ hours: 6 })
  // @ts-expect-error args are needed
  topology('file:///x.js', (b, args: { minutes: number }) => ({
    counts: b
      .stream(clicks)
      .groupByKey()
      .count({ name: String(args) }),
  }))
  // @ts-expect-error building is synchronous
  topology('file:///x.js', async (b) => ({ counts: b.stream(clicks).groupByKey().count() }))
  // @ts-expect-error building is synchronous
  topology('file:///x.js', async (b) => {
    b.stream(clicks).to(clicks)
  })
})
