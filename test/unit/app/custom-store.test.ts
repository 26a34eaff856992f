import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Client, ClientContext, Producer } from '../../../src/client/client.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import type { HookEvents } from '../../../src/core/hooks.ts'
import { customStore } from '../../../src/dsl/custom-store.ts'
import { topic } from '../../../src/dsl/topic.ts'
import type { Topology } from '../../../src/dsl/topology.ts'
import type {
  Processor,
  ProcessorContext,
  StoreToken,
  StreamRecord,
} from '../../../src/plan/processor-spec.ts'
import { string } from '../../../src/serde/scalars.ts'
import { ProducerWrapper, withProducers } from '../../crash/producer-wrapper.ts'
import {
  HeapLeaders,
  heapLeaders,
  type Leaders,
  leader,
  leading,
  rowLeaders,
  scores,
  wired,
} from '../testing/leaders.ts'
import { type Harness, openHarness } from './harness.ts'

const changelog = 'app-leaders-changelog'

type Score = readonly [player: string, points: number]

async function send(harness: Harness, ...points: readonly Score[]): Promise<void> {
  await harness.kafka.send(
    scores,
    points.map(([key, value], i) => ({ key, value, timestamp: i })),
  )
}

function restoresOf(app: { on(event: 'restored', run: (facts: HookEvents['restored']) => void): unknown }) {
  const restored: HookEvents['restored'][] = []
  app.on('restored', (facts) => restored.push(facts))
  return restored
}

/** Runs until the input is processed, and closes. @returns what was restored. */
async function run(harness: Harness, topology: Topology, stateDir: string = harness.stateDir) {
  const app = harness.app(topology, { stateDir })
  const restored = restoresOf(app)
  await app.start()
  await harness.caughtUp(app, scores)
  await app.close()
  // Behind a checkpoint there is at least the last transaction's marker.
  return restored.filter(({ records }) => records > 0).map(({ from, records }) => [from, records])
}

async function tables(harness: Harness): Promise<(string | null)[]> {
  return (await harness.kafka.read(leader)).map(({ value }) => value)
}

class RefusedProducer extends ProducerWrapper {
  readonly #refuses: () => boolean

  constructor(inner: Producer, refuses: () => boolean) {
    super(inner)
    this.#refuses = refuses
  }

  override async commit(): Promise<void> {
    if (this.inTransaction && this.#refuses()) throw new StreamsError('transaction-aborted', 'refused')
    await super.commit()
  }
}

/** A cluster whose commits are refused when `refuses` says so. */
function refusing(
  harness: Harness,
  refuses: () => boolean,
): { createClient(context: ClientContext): Client } {
  return {
    createClient: (context) =>
      withProducers(
        harness.kafka.createClient(context),
        (producer) => new RefusedProducer(producer, refuses),
      ),
  }
}

function filling(store: StoreToken<Leaders>): Processor<string, number, never, never> {
  return {
    process(record, context) {
      context.store(store).add(record.key, record.value)
      return undefined
    },
  }
}

describe.each([
  { where: 'in the heap', store: heapLeaders(), persistent: false },
  { where: 'in memory rows', store: rowLeaders({ kind: 'memory' }), persistent: false },
  { where: 'in rows on disk', store: rowLeaders(), persistent: true },
])('a custom store $where', ({ store, persistent }) => {
  const topology = leading(store)

  test('goes on after a restart', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, scores, leader)
    await send(harness, ['ann', 1], ['bob', 2], ['ann', 2])
    expect(await run(harness, topology)).toEqual([])
    await send(harness, ['bob', 3])
    expect(await run(harness, topology)).toEqual(persistent ? [] : [[0, 2]])
    await send(harness, ['cid', 9])
    expect(await run(harness, topology, `${harness.stateDir}/other`)).toEqual([[0, 3]])
    expect(await tables(harness)).toEqual([
      'ann 1',
      'bob 2, ann 1',
      'ann 3, bob 2',
      'bob 5, ann 3',
      'cid 9, bob 5, ann 3',
    ])
    expect((await harness.log(changelog)).map(({ value }) => Buffer.from(value!, 'hex').toString())).toEqual([
      '3',
      '2',
      '5',
      '9',
    ])
  })

  test('an aborted transaction leaves nothing in it', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, scores, leader)
    await send(harness, ['ann', 1])
    expect(await run(harness, topology)).toEqual([])
    await send(harness, ['ann', 1], ['bob', 5])
    let refusals = 2
    const app = harness.app(topology, { kafka: refusing(harness, () => refusals-- > 0) })
    const aborted: string[] = []
    app.on('aborted', ({ error }) => aborted.push(error.code))
    const restored = restoresOf(app)
    await app.start()
    await harness.caughtUp(app, scores)
    await app.close()
    expect(aborted).toEqual(['transaction-aborted', 'transaction-aborted'])
    expect(await tables(harness)).toEqual(['ann 1', 'ann 2', 'bob 5, ann 2'])
    // Each time from the beginning, or from the checkpoint that the first life left; what was aborted is passed over.
    const each = persistent ? [1, 0] : [0, 1]
    expect(restored.map(({ from, records }) => [from, records])).toEqual([each, each, each])
  })
})

test('each life of a task has a store of its own, which is closed before the next is built', async () => {
  const events: string[] = []
  let lives = 0
  const store: StoreToken<Leaders> = customStore('leaders', {
    build: (context) => {
      const life = ++lives
      const path = context.directory()
      events.push(`build ${life}: ${readdirSync(path).length} files`)
      writeFileSync(join(path, 'scratch'), 'x')
      const close = () => {
        events.push(`close ${life}`)
      }
      return Object.assign(new HeapLeaders(context), { close })
    },
  })
  const harness = openHarness()
  await harness.kafka.createTopics(1, scores, leader)
  await send(harness, ['ann', 1])
  const directory = join(harness.stateDir, 'app', '0_0', 'stores', 'leaders')
  // Left by a process that was killed.
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'old'), 'x')
  let refusals = 1
  const app = harness.app(leading(store), { kafka: refusing(harness, () => refusals-- > 0) })
  await app.start()
  await harness.caughtUp(app, scores)
  expect(readdirSync(directory)).toEqual(['scratch'])
  await app.close()
  expect(events).toEqual(['build 1: 0 files', 'close 1', 'build 2: 0 files', 'close 2'])
  expect(existsSync(directory)).toBe(false)
})

test('rows of another layout are not used', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, scores, leader)
  await send(harness, ['ann', 1])
  await run(harness, leading(rowLeaders({ layout: 'decimal' })))
  for (const [layout, restored] of [
    ['decimal', []],
    ['decimal 2', [[0, 1]]],
  ] as const)
    expect(await run(harness, leading(rowLeaders({ layout })))).toEqual(restored)
})

test('a read-only store is restored from its topic', async () => {
  const store = heapLeaders({ changelog: 'each' })
  const topology = wired((t) => {
    t.addReadOnlyStateStore(store, scores, filling(store), { sourceName: 'S', processorName: 'P' })
  })
  const harness = openHarness()
  await harness.kafka.createTopics(1, scores)
  await harness.kafka.send(scores, [{ key: 'ann', value: 1, timestamp: 0 }])
  await run(harness, topology)
  // The bytes of the topic are what it is restored from.
  expect(await run(harness, topology)).toEqual([[0, 1]])
  expect((await harness.client.topics([changelog])).size).toBe(0)
})

test('a global store is built once, in a directory of its own, and closed at the end', async () => {
  const events: string[] = []
  const store: StoreToken<Leaders> = customStore('leaders', {
    build: (context) => {
      events.push(`${context.taskId}: ${context.directory()}`)
      const close = () => {
        events.push('closed')
      }
      return Object.assign(new HeapLeaders(context), { close })
    },
  })
  const asking = topic('asking', { key: string, value: string })
  const topology = wired((t) => {
    t.addGlobalStore(store, scores, filling(store), { sourceName: 'GS', processorName: 'GP' })
      .addSource('S', asking)
      .addProcessor(
        'P',
        {
          process: (record: StreamRecord<string, string>, context: ProcessorContext) => ({
            ...record,
            value: context.store(store).table,
          }),
        },
        { parents: 'S' },
      )
      .addSink('K', leader, { parents: 'P' })
  })
  const harness = openHarness()
  await harness.kafka.createTopics(2, scores, leader, asking)
  await send(harness, ['ann', 1], ['bob', 2], ['cid', 3], ['dan', 4])
  const app = await harness.started(topology)
  await harness.kafka.send(asking, [{ key: 'who', value: '?', timestamp: 0 }])
  await harness.caughtUp(app, asking)
  await app.close()
  expect(await tables(harness)).toEqual(['dan 4, cid 3, bob 2, ann 1'])
  const directory = join(harness.stateDir, 'app', 'global', 'stores', 'leaders')
  expect(events).toEqual([`global leaders: ${directory}`, 'closed'])
  expect(existsSync(directory)).toBe(false)
})
