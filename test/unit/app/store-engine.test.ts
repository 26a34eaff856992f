import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { tumbling } from '../../../src/dsl/windows.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import { timeWindowed } from '../../../src/serde/windowed.ts'
import type { StoreEngine } from '../../../src/store/store-engine.ts'
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.ts'
import { MapEngine } from '../store/map-engine.ts'
import { openHarness } from './harness.ts'

const words = topic('words', { key: string, value: string })
const other = topic('other', { key: string, value: string })
const counts = topic('counts', { key: string, value: long })

const built = (build: (b: StreamsBuilder) => void, defaultStore?: StoreEngine) =>
  topology(
    import.meta.url,
    (b) => {
      build(b)
      return undefined
    },
    defaultStore && { defaultStore },
  )

const counting = (engine: StoreEngine) =>
  built((b) =>
    b
      .stream(words)
      .groupByKey()
      .count({ store: { name: 'counted', kind: engine } })
      .toStream()
      .to(counts),
  )

test('a table in it goes on after a restart, restored from the beginning', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, words, counts)
  const restored: number[][] = []
  const engines = [new MapEngine(), new MapEngine()]
  for (const engine of engines) {
    await harness.kafka.send(words, [
      { key: 'a', value: 'x', timestamp: 1 },
      { key: 'b', value: 'x', timestamp: 2 },
    ])
    const app = harness.app(counting(engine))
    app.on('restored', ({ from, records }) => restored.push([from, records]))
    await app.start()
    await harness.caughtUp(app, words)
    expect(engine.opened).toMatchObject([
      { name: 'counted', applicationId: 'app', taskId: '0_0', partition: 0 },
    ])
    expect([engine.spaces.get('counted')?.size, engine.closed]).toEqual([2, 0])
    const directory = engine.opened[0]!.directory()
    expect(directory).toBe(join(harness.stateDir, 'app', '0_0', 'stores', 'counted'))
    await app.close()
    expect([engine.closed, existsSync(directory)]).toEqual([1, false])
  }
  expect(restored).toEqual([[0, 2]])
  const found = await harness.kafka.read(counts)
  expect(found.map(({ key, value }) => [key, value])).toEqual([
    ['a', 1],
    ['b', 1],
    ['a', 2],
    ['b', 2],
  ])
})

test('it may be the default of a topology, joins and global tables included', () => {
  const engine = new MapEngine()
  const joining = built((b) => {
    const stream = b.stream(words)
    const names = b.globalTable(topic('names', { key: string, value: string }), { store: { name: 'names' } })
    stream
      .leftJoin(b.stream(other), (left, right) => `${left}${right}`, { within: '10s', storeName: 'j' })
      .join(names, (value, name) => `${value} ${name}`, { keyOf: (_value, key) => key })
      .to(topic('joined', { key: string, value: string }))
  }, engine)
  using driver = new TopologyTestDriver(joining)
  driver.input(topic('names', { key: string, value: string })).pipe('k', 'Kay')
  driver.input(words).pipe('k', 'l', { timestamp: 1 })
  driver.input(other).pipe('k', 'r', { timestamp: 2 })
  expect(driver.output(topic('joined', { key: string, value: string })).readPairs()).toEqual([
    ['k', 'lr Kay'],
  ])
  expect(engine.opened.map(({ name, taskId }) => `${taskId} ${name}`).sort()).toEqual([
    '0_0 j-left-shared-join-store',
    '0_0 j-outer-other-join-store',
    '0_0 j-this-join-store',
    'global names',
  ])
  driver.close()
  driver.close()
  expect(engine.closed).toBe(4)
})

test('segments of windows that have expired are dropped', async () => {
  const engine = new MapEngine()
  const windows = built((b) =>
    b
      .stream(words)
      .groupByKey()
      .windowedBy(tumbling('1m'))
      .count({ store: { name: 'w', kind: engine, caching: false } })
      .toStream()
      .to(topic('counts', { key: timeWindowed(string, 60_000), value: long })),
  )
  const harness = openHarness()
  await harness.kafka.createTopics(1, words, counts)
  const app = await harness.started(windows)
  for (const minute of [0, 1, 5]) {
    await harness.kafka.send(words, [{ key: 'a', value: 'x', timestamp: minute * 60_000 }])
    await harness.caughtUp(app, words)
  }
  await app.close()
  expect([engine.dropped, [...engine.spaces.keys()]]).toEqual([['w/0', 'w/1'], ['w/5']])
})

test('what it cannot open, or close, names store and engine', () => {
  const calls: string[] = []
  const path: string[] = []
  const broken = (where: 'open' | 'space' | 'close'): StoreEngine => ({
    name: 'broken',
    open(context) {
      path.push(context.directory())
      writeFileSync(join(path.at(-1)!, 'file'), '')
      if (where === 'open') throw new Error('no room')
      return {
        open(space) {
          if (where === 'space') throw new Error(`no ${space}`)
          return new MapEngine().open(context).open(space)
        },
        close() {
          calls.push(where)
          if (where === 'close') throw new Error('stuck')
        },
      }
    },
  })
  const run = (where: Parameters<typeof broken>[0]) => () => {
    using _driver = new TopologyTestDriver(counting(broken(where)))
  }
  const failure = (message: string) => expect.objectContaining({ code: 'processing', message })
  expect(run('open')).toThrowError(failure("store 'counted' in engine 'broken': no room"))
  expect(run('space')).toThrowError(failure("store 'counted' in engine 'broken': no counted"))
  expect(run('close')).toThrowError(failure("store 'counted' in engine 'broken': stuck"))
  expect(calls).toEqual(['space', 'close'])
  // Nor is there anything left of the driver's own directory.
  expect(path.map((one) => existsSync(join(one, '../../..')))).toEqual([false, false, false])
})
