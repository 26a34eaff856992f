import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ClientSource, KafkaStreamsOptions } from '../../../src/app/application-options.ts'
import type { KafkaStreams } from '../../../src/app/kafka-streams.ts'
import type { Client, ClientContext } from '../../../src/client/client.ts'
import { abortable } from '../../../src/core/abortable.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import type { UncaughtErrorResponse } from '../../../src/core/failure-options.ts'
import type { HookEvents } from '../../../src/core/hooks.ts'
import { type Tables, type Topology, topology } from '../../../src/dsl/topology.ts'
import { ProducerWrapper, withProducers } from '../../crash/producer-wrapper.ts'
import { droppedBy, type Harness, openHarness, until } from './harness.ts'
import { click, clicks, counts, windowed } from './topologies.ts'

const partitions = 4
const users = Array.from({ length: 20 }, (_, i) => `user${i}`)

/** How soon the members hear of a rebalance. */
const prompt = { heartbeatInterval: 10 } as const

async function openTwoTopics(): Promise<Harness> {
  const harness = openHarness()
  await harness.kafka.createTopics(partitions, clicks, counts)
  return harness
}

async function clickAll(harness: Harness): Promise<void> {
  await harness.kafka.send(
    clicks,
    users.map((user) => click(user, 0)),
  )
}

function allRun({ state, threads }: Pick<KafkaStreams<Tables>, 'state' | 'threads'>, count: number): boolean {
  return state === 'RUNNING' && threads.filter((thread) => thread.state === 'running').length === count
}

function tasksOf({ threads }: Pick<KafkaStreams<Tables>, 'threads'>): readonly number[] {
  return threads.map(({ activeTasks }) => activeTasks.length)
}

function listen<E extends keyof HookEvents>(
  app: Pick<KafkaStreams<Tables>, 'on'>,
  event: E,
): HookEvents[E][] {
  const events: HookEvents[E][] = []
  app.on(event, (facts: HookEvents[E]) => events.push(facts))
  return events
}

/** The counts of each key, in order. */
async function updates(harness: Harness): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, number[]>()
  for (const { key, value } of await harness.kafka.read(counts))
    found.set(key!, [...(found.get(key!) ?? []), value!])
  return found
}

/** What exactly once means here: 1, 2, ... n for each user. */
function upTo(n: number, names: readonly string[] = users): ReadonlyMap<string, readonly number[]> {
  return new Map(names.map((name) => [`${name}@12:00:00`, Array.from({ length: n }, (_, i) => i + 1)]))
}

describe('several threads inline, on the embedded cluster', () => {
  test('are members of their own, with names of their own', async () => {
    const harness = await openTwoTopics()
    const app = await harness.started(windowed, { ...prompt, threads: 3 })
    expect(app.threads.map(({ name, state }) => [name.replace(/^.*-(?=Str)/, ''), state])).toEqual([
      ['StreamThread-1', 'running'],
      ['StreamThread-2', 'running'],
      ['StreamThread-3', 'running'],
    ])
    await until(() => [...tasksOf(app)].sort().join() === '1,1,2', app)
    const tasks = app.threads.flatMap(({ activeTasks }) => activeTasks)
    expect([...tasks].sort()).toEqual(['0_0', '0_1', '0_2', '0_3'])
    await clickAll(harness)
    await harness.caughtUp(app, clicks)
    expect(await updates(harness)).toEqual(upTo(1))
    const view = app.store('counts')
    expect(await view.fetch('user7', click('user7', 0).value.timestamp * 1000)).toBe(1)
  })

  test('it is RUNNING only when all threads are', async () => {
    const harness = await openTwoTopics()
    const app = harness.app(windowed, { ...prompt, threads: 3 })
    const seen: string[] = []
    app.on('state', ({ to }) => seen.push([to, ...app.threads.map(({ state }) => state)].join(' ')))
    await app.start()
    const named = app.addStreamThread()
    await until(() => allRun(app, 4), app)
    await app.removeStreamThread()
    await until(() => allRun(app, 3), app)
    await app.close()
    expect(seen.filter((what) => what.startsWith('RUNNING')).length).toBeGreaterThan(1)
    for (const what of seen.filter((one) => one.startsWith('RUNNING')))
      expect(what.replaceAll(' stopping', '')).toMatch(/^RUNNING( running)+$/)
    expect(named).toMatch(/-StreamThread-4$/)
  })

  test('are added and removed while records flow', async () => {
    const harness = await openTwoTopics()
    const app = await harness.started(windowed, { ...prompt, threads: 1 })
    const restored = listen(app, 'restored')
    await clickAll(harness)
    expect(app.addStreamThread()).toMatch(/-StreamThread-2$/)
    await until(() => tasksOf(app).join() === '2,2', app)
    await clickAll(harness)
    expect(await app.removeStreamThread()).toMatch(/-StreamThread-2$/)
    await until(() => tasksOf(app).join() === '4', app)
    await clickAll(harness)
    await harness.caughtUp(app, clicks)
    expect(await updates(harness)).toEqual(upTo(3))
    // A task that moves within the process finds its state on disk.
    expect(restored.filter(({ records }) => records > 0)).toEqual([])
  })

  test('calls to remove some at the same time remove as many', async () => {
    const harness = await openTwoTopics()
    const app = await harness.started(windowed, { ...prompt, threads: 3 })
    const removed = await Promise.all([1, 2, 3, 4].map(() => app.removeStreamThread()))
    expect(removed.map((name) => name?.at(-1))).toEqual(['3', '2', '1', undefined])
    expect([app.state, app.threads]).toEqual(['RUNNING', []])
    await clickAll(harness)
    expect(app.addStreamThread()).toMatch(/-StreamThread-1$/)
    await harness.caughtUp(app, clicks)
    expect(await updates(harness)).toEqual(upTo(1))
  })

  test('cannot be added or removed unless the application runs', async () => {
    const harness = await openTwoTopics()
    const app = harness.app(windowed)
    const refused = (what: string): StreamsError =>
      new StreamsError('lifecycle', `${what}: the application is ${app.state}`)
    expect(() => app.addStreamThread()).toThrow(refused('addStreamThread'))
    await expect(app.removeStreamThread()).rejects.toThrow(refused('removeStreamThread'))
    await app.start()
    await app.close()
    expect(() => app.addStreamThread()).toThrow(refused('addStreamThread'))
    await expect(app.removeStreamThread({ timeout: 'soon' as '1s' })).rejects.toMatchObject({
      code: 'lifecycle',
    })
  })

  test('pause holds all threads, also those that come later, and what starts paused', async () => {
    const harness = await openTwoTopics()
    const app = harness.app(windowed, { ...prompt, threads: 2 })
    app.pause()
    await app.start()
    app.addStreamThread()
    await clickAll(harness)
    await until(() => allRun(app, 3), app)
    expect(app.isPaused).toBe(true)
    // They went through whole rebalances since.
    expect(await harness.committed(clicks)).toEqual([])
    app.resume()
    expect(app.isPaused).toBe(false)
    await harness.caughtUp(app, clicks)
    expect(await updates(harness)).toEqual(upTo(1))
    await app.close()
  })
})

describe('what cannot be finished', () => {
  test('close gives it up after its timeout, and the next start does it again', async () => {
    const harness = await openTwoTopics()
    const options = { ...prompt, threads: 2, transactionTimeout: 300 } as const
    const app = harness.app(windowed, { ...options, kafka: neverCommitting(harness) })
    await app.start()
    await clickAll(harness)
    await app.close({ timeout: 50 })
    expect(app.state).toBe('ERROR')
    const again = await harness.started(windowed, options)
    await harness.caughtUp(again, clicks)
    expect(await updates(harness)).toEqual(upTo(1))
  })

  test('a thread that is removed gives it up to the others, which go on', async () => {
    const harness = await openTwoTopics()
    // The first client is for what concerns no thread; the third is the second thread's.
    const kafka = neverCommitting(harness, 3)
    const app = harness.app(windowed, { ...prompt, kafka, threads: 2, transactionTimeout: 300 })
    const failures = listen(app, 'threadFailed')
    await app.start()
    await clickAll(harness)
    expect(await app.removeStreamThread({ timeout: 50 })).toMatch(/-StreamThread-2$/)
    await until(() => tasksOf(app).join() === '4', app)
    await harness.caughtUp(app, clicks)
    expect([app.state, failures]).toEqual(['RUNNING', []])
    expect(await updates(harness)).toEqual(upTo(1))
  })

  test('a timeout that is none', async () => {
    const harness = await openTwoTopics()
    const app = await harness.started(windowed)
    await expect(app.close({ timeout: 'soon' as '1s' })).rejects.toMatchObject({ code: 'options-invalid' })
    await expect(app.removeStreamThread({ timeout: -1 })).rejects.toMatchObject({ code: 'options-invalid' })
    expect([app.state, app.threads.length]).toEqual(['RUNNING', 1])
  })
})

describe('a thread that dies', () => {
  /** Throws at the first `poison`, and never again. */
  function fragile(): Topology {
    let healthy = false
    return topology(import.meta.url, (b) => {
      const met = b.stream(clicks).mapValues((value) => {
        if (value.userId !== 'poison' || healthy) return value
        healthy = true
        throw new RangeError('poisoned')
      })
      const options = { store: { name: 'counts-store', caching: false } }
      met.groupByKey({ value: clicks.value }).count(options).toStream().to(counts)
      return undefined
    })
  }

  async function start(
    decide: (error: Error, thread: string) => UncaughtErrorResponse,
    options: Partial<KafkaStreamsOptions> & { readonly topology?: Topology } = {},
  ): Promise<{ harness: Harness; app: KafkaStreams<Tables> }> {
    const harness = await openTwoTopics()
    const { topology: built = fragile(), ...others } = options
    const app = harness.app(built, { ...prompt, uncaughtErrorHandler: decide, ...others })
    await app.start()
    return { harness, app }
  }

  const poison = (harness: Harness): Promise<void> => harness.kafka.send(clicks, [click('poison', 0)])

  test.each([1, 2])('is replaced, of %i', async (threads) => {
    const asked: [string, string][] = []
    const { harness, app } = await start(
      (error, thread) => {
        asked.push([error.message, thread])
        return 'replace-thread'
      },
      { threads },
    )
    const failures = listen(app, 'threadFailed')
    await clickAll(harness)
    await poison(harness)
    await clickAll(harness)
    await harness.caughtUp(app, clicks)
    await until(() => allRun(app, threads), app)
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatchObject({ response: 'replace-thread', error: { code: 'processing' } })
    expect(asked).toEqual([[failures[0]!.error.message, failures[0]!.thread]])
    expect(app.threads.map(({ name }) => name)).toContain(failures[0]!.thread)
    const expected = new Map<string, readonly number[]>(users.map((user) => [user, [1, 2]]))
    expected.set('poison', [1])
    expect(await updates(harness)).toEqual(expected)
    expect(app.error).toBeUndefined()
  })

  test('shutdown-client, also where nobody says otherwise: PENDING_ERROR while the others stop, then ERROR', async () => {
    const harness = await openTwoTopics()
    const app = await harness.started(fragile(), { ...prompt, threads: 2 })
    const states = listen(app, 'state')
    await poison(harness)
    const error = await app.ended()
    expect(error).toMatchObject({ code: 'processing', cause: new RangeError('poisoned') })
    expect(app.error).toBe(error)
    expect(states).toEqual([
      { from: 'RUNNING', to: 'PENDING_ERROR', error },
      { from: 'PENDING_ERROR', to: 'ERROR', error },
    ])
    // Too late, and harmless.
    await app.close({ timeout: '1s' })
    expect(app.state).toBe('ERROR')
  })

  test.each([
    ['throws', () => expect.fail('the handler is broken')],
    ['is asynchronous', (async () => 'replace-thread') as unknown as () => UncaughtErrorResponse],
    ['says something else', (() => 'never mind') as unknown as () => UncaughtErrorResponse],
  ])('a handler that %s: the client shuts down', async (_, decide) => {
    const { harness, app } = await start(decide)
    const failures = listen(app, 'threadFailed')
    await poison(harness)
    expect(await app.ended()).toMatchObject({ code: 'processing' })
    expect(failures).toMatchObject([{ response: 'shutdown-client' }])
  })

  test('leaves the group even if its tasks cannot be closed', async () => {
    const harness = await openTwoTopics()
    const closing = topology(import.meta.url, (b) => {
      b.stream(clicks).process({
        process: () => undefined,
        close() {
          throw new Error('it does not close')
        },
      })
      return undefined
    })
    // Others would have to wait for so long.
    const options = { ...prompt, sessionTimeout: '10m' } as const
    const app = await harness.started(closing, options)
    await app.close()
    expect(app.error).toMatchObject({ message: expect.stringContaining('it does not close') })
    const next = await harness.started(fragile(), options)
    expect(tasksOf(next)).toEqual([partitions])
  })

  test.each([1, 2])(
    'shutdown-application: all instances end, told through the group, by one with %i threads',
    async (threads) => {
      const shared = fragile()
      const { harness, app } = await start(() => 'shutdown-application', { threads, topology: shared })
      const other = harness.app(shared, {
        ...prompt,
        stateDir: join(harness.stateDir, 'other'),
        uncaughtErrorHandler: () => 'shutdown-application',
      })
      const failures = [app, other].map((one) => listen(one, 'threadFailed'))
      await other.start()
      await until(() => allRun(other, 1) && tasksOf(other)[0]! > 0 && allRun(app, threads), app)
      await harness.kafka.send(clicks, [click('poison', 0)])
      const errors = await Promise.all([app.ended(), other.ended()])
      expect([app.state, other.state]).toEqual(['ERROR', 'ERROR'])
      const failed = failures[0]!.length > 0 ? 0 : 1
      expect(errors[failed]).toMatchObject({ code: 'processing' })
      expect(errors[1 - failed]).toMatchObject({ code: 'shutdown-requested' })
    },
  )
})

test('each thread has a client of its own', async () => {
  const harness = await openTwoTopics()
  const made: ClientContext[] = []
  const kafka: ClientSource = {
    createClient(context) {
      made.push(context)
      return harness.kafka.createClient(context)
    },
  }
  const app = harness.app(windowed, { kafka, threads: 2 })
  const dropped = droppedBy(app)
  await app.start()
  expect(made).toHaveLength(3)
  app.addStreamThread()
  expect(made).toHaveLength(4)
  expect(dropped).toEqual({})
})

/** A cluster that never ends a transaction of one of its clients (from 1), or of all. It ends with its client. */
function neverCommitting(harness: Harness, number?: number): ClientSource {
  let made = 0
  return {
    createClient(context): Client {
      const client = harness.kafka.createClient(context)
      if (++made !== (number ?? made)) return client
      const closed = new AbortController()
      const stuck = withProducers(client, (producer) => new StuckProducer(producer, closed.signal))
      return {
        ...stuck,
        close() {
          closed.abort(new StreamsError('lifecycle', 'the client was closed'))
          return client.close()
        },
      }
    },
  }
}

class StuckProducer extends ProducerWrapper {
  readonly #closed: AbortSignal

  constructor(inner: ConstructorParameters<typeof ProducerWrapper>[0], closed: AbortSignal) {
    super(inner)
    this.#closed = closed
  }

  override commit(): Promise<void> {
    if (!this.inTransaction) return Promise.resolve()
    return abortable(new Promise<never>(() => {}), this.#closed)
  }
}
