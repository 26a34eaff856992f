import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { KafkaStreamsOptions } from '../../src/app/application-options.ts'
import type { KafkaStreams } from '../../src/app/kafka-streams.ts'
import { silentLogger } from '../../src/core/logger.ts'
import type { KTable } from '../../src/dsl/table.ts'
import type { Windowed } from '../../src/serde/windowed.ts'
import { type AppHarness, openHarness, partitions, until, windowStart } from './app-harness.ts'
import type * as unsteady from './threads/another-in-workers.ts'
import type * as jobs from './threads/jobs.ts'
import type * as notExported from './threads/not-exported.ts'
import type * as oneFile from './threads/one-file.ts'
import { compiled, listen, tasksByThread, workerApp } from './worker-apps.ts'

const folder = 'test/integration/threads'
const { byLastLetter, clickCount, fragile, handled } = await compiled<typeof jobs>(`${folder}/jobs.js`)

const users = Array.from({ length: 40 }, (_, i) => `user${i}`)

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

async function clickAll(harness: AppHarness, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) await harness.click(...users)
}

describe('worker threads', () => {
  test('share the tasks of a lowered count, answer queries, commit and close', async () => {
    const harness = await openHarness()
    const app = workerApp(harness, 'one', clickCount.withArgs({ name: harness.name }))
    const checkpoints = listen(app, 'checkpointed')
    const commits = listen(app, 'committed')
    await app.start()
    expect(app.state).toBe('RUNNING')
    expect(app.threads.map(({ state }) => state)).toEqual(['running', 'running'])
    expect(tasksByThread(app)).toEqual({ 'StreamThread-1': 2, 'StreamThread-2': 2 })
    await clickAll(harness, 3)
    await harness.caughtUp(app)
    const store = app.store('counts')
    expect(await Promise.all(users.map((user) => store.fetch(user, windowStart)))).toEqual(users.map(() => 3))
    expect(await store.fetch('nobody', windowStart)).toBeUndefined()
    const sizes = await app.stateSizes()
    expect(sizes.map(({ task, store }) => `${store} of ${task}`).sort()).toEqual(
      [0, 1, 2, 3].map((partition) => `counts-store of 0_${partition}`),
    )
    expect(sizes.every(({ memoryBytes }) => memoryBytes > 0)).toBe(true)
    await app.close()
    expect(await app.stateSizes()).toEqual([])
    expect(app.state).toBe('NOT_RUNNING')
    expect(new Set(checkpoints.map(({ task }) => task))).toEqual(new Set(['0_0', '0_1', '0_2', '0_3']))
    expect(commits.reduce((sum, { records }) => sum + records, 0)).toBe(3 * users.length)
    expect(await harness.updates()).toEqual(harness.expected(Object.fromEntries(users.map((u) => [u, 3]))))
    await expect(store.fetch('user1', windowStart)).rejects.toMatchObject({ code: 'store-not-ready' })
  })

  test('take a repartition topic between them, record at a time', async () => {
    const harness = await openHarness()
    const app = workerApp(harness, 'one', byLastLetter.withArgs({ name: harness.name }), { threads: 3 })
    await app.start()
    await clickAll(harness, 2)
    const expected = countsOf([...users, ...users].map((user) => user.slice(-1)))
    const store = app.store('counts')
    for (const [letter, count] of Object.entries(expected))
      await until(async () => (await store.fetch(letter, windowStart)) === count, app)
    await app.close()
    expect(await harness.updates()).toEqual(harness.expected(expected))
  })

  test('go on from their checkpoints in the next run, whatever thread has the task', async () => {
    const harness = await openHarness()
    for (const threads of [2, 3]) {
      const app = workerApp(harness, 'one', clickCount.withArgs({ name: harness.name }), { threads })
      const restored = listen(app, 'restored')
      await app.start()
      await clickAll(harness)
      await harness.caughtUp(app)
      await app.close()
      expect(restored.filter(({ records }) => records > 0)).toEqual([])
    }
    expect(await harness.updates()).toEqual(harness.expected(Object.fromEntries(users.map((u) => [u, 2]))))
  })

  test('tell the main thread of what happens, and log through it', async () => {
    const harness = await openHarness()
    const topology = clickCount.withArgs({ name: harness.name })
    const first = workerApp(harness, 'one', topology)
    await first.start()
    await clickAll(harness)
    await harness.caughtUp(first)
    await first.close()
    const state = join(harness.folder, 'one', harness.name, '0_1')
    writeFileSync(join(state, 'data.mdb'), 'nothing that LMDB knows')
    const warnings: [object, string][] = []
    const logger = { ...silentLogger, warn: (facts: object, text: string) => warnings.push([facts, text]) }
    const app = workerApp(harness, 'one', topology, { logger })
    const setAside = listen(app, 'stateSetAside')
    const restored = listen(app, 'restored')
    await app.start()
    const reason = `${state}: the data file is cut off`
    expect(setAside).toEqual([{ task: '0_1', reason, movedTo: `${state}.set-aside-1` }])
    expect(warnings).toEqual([
      [
        { task: '0_1', movedTo: `${state}.set-aside-1` },
        `state of task 0_1 is restored from its changelog: ${reason}`,
      ],
    ])
    expect(restored.filter(({ records }) => records > 0).map(({ task }) => task)).toEqual(['0_1'])
    await clickAll(harness)
    await harness.caughtUp(app)
    expect(await harness.updates()).toEqual(harness.expected(Object.fromEntries(users.map((u) => [u, 2]))))
  })

  test('are added and removed while records flow; the last one may go too', async () => {
    const harness = await openHarness()
    const app = workerApp(harness, 'one', clickCount.withArgs({ name: harness.name }))
    await app.start()
    await clickAll(harness)
    const added = app.addStreamThread()
    expect(added).toMatch(/-StreamThread-3$/)
    await until(() => Object.values(tasksByThread(app)).every((count) => count > 0), app)
    await clickAll(harness)
    await until(() => app.state === 'RUNNING', app)
    expect(await app.removeStreamThread()).toBe(added)
    await until(() => Object.values(tasksByThread(app)).join() === '2,2', app)
    expect(await app.removeStreamThread({ timeout: '1m' })).toMatch(/-StreamThread-2$/)
    await until(() => tasksByThread(app)['StreamThread-1'] === partitions, app)
    await clickAll(harness)
    await harness.caughtUp(app)
    expect(await app.removeStreamThread()).toMatch(/-StreamThread-1$/)
    expect(await app.removeStreamThread()).toBeUndefined()
    expect([app.threads, app.state]).toEqual([[], 'RUNNING'])
    await clickAll(harness)
    expect(app.addStreamThread()).toMatch(/-StreamThread-1$/)
    await harness.caughtUp(app)
    await until(() => app.state === 'RUNNING', app)
    await app.close()
    expect(await harness.updates()).toEqual(harness.expected(Object.fromEntries(users.map((u) => [u, 4]))))
  })

  test('pause and resume, also before the start', async () => {
    const harness = await openHarness()
    const app = workerApp(harness, 'one', clickCount.withArgs({ name: harness.name }))
    app.pause()
    await app.start()
    expect([app.state, app.isPaused]).toEqual(['RUNNING', true])
    await clickAll(harness)
    // A thread that comes later does not process either.
    app.addStreamThread()
    await until(() => app.threads.every(({ state }) => state === 'running'), app)
    expect(await harness.updates()).toEqual(new Map())
    app.resume()
    await harness.caughtUp(app)
    expect(app.isPaused).toBe(false)
    expect((await harness.updates()).size).toBe(users.length)
  })

  test('take handlers with the topology', async () => {
    const harness = await openHarness()
    const app = workerApp(harness, 'one', handled.withArgs({ name: harness.name }))
    const dropped = listen(app, 'dropped')
    await app.start()
    await harness.click('refused', 'ann')
    await harness.caughtUp(app)
    expect(dropped).toMatchObject([{ reason: 'processing', count: 1 }])
    expect(await harness.updates()).toEqual(harness.expected({ ann: 1 }))
  })
})

describe('a worker that dies', () => {
  async function start(
    uncaughtErrorHandler: () => 'replace-thread' | 'shutdown-client' | 'shutdown-application',
    options: Partial<KafkaStreamsOptions> = {},
  ): Promise<{ harness: AppHarness; app: KafkaStreams<{ counts: KTable<Windowed<string>, number> }> }> {
    const harness = await openHarness()
    const topology = fragile.withArgs({ name: harness.name, folder: harness.folder })
    const app = workerApp(harness, 'one', topology, { uncaughtErrorHandler, ...options })
    await app.start()
    return { harness, app }
  }

  test.each([
    ['throws', { code: 'processing', cause: expect.any(RangeError) }],
    ['throws-later', expect.any(TypeError)],
    ['exits', { code: 'thread-died', message: expect.stringMatching(/ended with exit code 7$/) }],
  ])('%s: it is replaced, and nothing is lost or twice', async (mishap, error) => {
    const { harness, app } = await start(() => 'replace-thread')
    const failures = listen(app, 'threadFailed')
    await clickAll(harness)
    await harness.click(mishap)
    await clickAll(harness)
    await harness.caughtUp(app)
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatchObject({ response: 'replace-thread', error })
    await until(() => app.state === 'RUNNING', app)
    expect(app.threads.map(({ name }) => name.at(-1)).sort()).toEqual(['1', '2'])
    expect(app.threads.some(({ name }) => name === failures[0]?.thread)).toBe(true)
    expect(await harness.updates()).toEqual(
      harness.expected({ ...Object.fromEntries(users.map((user) => [user, 2])), [mishap]: 1 }),
    )
  })

  test('exits as a static member: its successor has its name, and nobody waits for its session', async () => {
    const { harness, app } = await start(() => 'replace-thread', { groupInstanceId: 'static' })
    const tasks = tasksByThread(app)
    const failures = listen(app, 'threadFailed')
    await clickAll(harness)
    await harness.click('exits')
    await until(() => failures.length === 1, app)
    await until(() => app.threads.every(({ state }) => state === 'running'), app)
    await clickAll(harness)
    await harness.caughtUp(app)
    expect(tasksByThread(app)).toEqual(tasks)
    expect(await harness.updates()).toEqual(
      harness.expected({ ...Object.fromEntries(users.map((user) => [user, 2])), exits: 1 }),
    )
  })

  test('in an endless loop: close gives it up in time, and the next run does its work', async () => {
    const { harness, app } = await start(() => 'replace-thread')
    await harness.click('hangs')
    await until(() => existsMark(harness, 'hangs'), app)
    const unanswered = app.store('counts').fetch('hangs', windowStart)
    const refused = expect(unanswered).rejects.toMatchObject({ code: 'store-not-ready' })
    await app.close({ timeout: '1s' })
    await refused
    expect(app.state).toBe('ERROR')
    expect(app.error).toMatchObject({ code: 'thread-died' })
    const topology = fragile.withArgs({ name: harness.name, folder: harness.folder })
    const again = workerApp(harness, 'one', topology)
    await again.start()
    await harness.caughtUp(again)
    expect(await harness.updates()).toEqual(harness.expected({ hangs: 1 }))
  })

  test('shutdown-client: the instance ends in ERROR, the other takes its tasks', async () => {
    const { harness, app } = await start(() => 'shutdown-client')
    const states = listen(app, 'state')
    await harness.click('throws')
    expect(await app.ended()).toMatchObject({ code: 'processing', message: 'fragile: this click throws' })
    expect(states.map(({ to }) => to)).toEqual(['PENDING_ERROR', 'ERROR'])
    const topology = fragile.withArgs({ name: harness.name, folder: harness.folder })
    const other = workerApp(harness, 'other', topology)
    await other.start()
    await harness.caughtUp(other)
    expect(await harness.updates()).toEqual(harness.expected({ throws: 1 }))
  })

  test('shutdown-application: every instance ends, told through the group', async () => {
    const { harness, app } = await start(() => 'shutdown-application')
    const topology = fragile.withArgs({ name: harness.name, folder: harness.folder })
    const other = workerApp(harness, 'other', topology)
    await other.start()
    await until(() => Object.values(tasksByThread(app)).join() === '1,1', app, other)
    await harness.click(...users, 'throws')
    const errors = await Promise.all([app.ended(), other.ended()])
    expect([app.state, other.state]).toEqual(['ERROR', 'ERROR'])
    expect(errors).toMatchObject([{ code: 'processing' }, { code: 'shutdown-requested' }])
  })
})

describe('what cannot run in workers says why', () => {
  const started = async (topology: Parameters<typeof workerApp>[2]): Promise<unknown> => {
    const harness = await openHarness()
    const app = workerApp(harness, 'one', topology, { uncaughtErrorHandler: () => 'replace-thread' })
    const error = await app.start().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(app.state).toBe('ERROR')
    return error
  }

  test('a module that starts the application itself', async () => {
    const { copying } = await compiled<typeof oneFile>(`${folder}/one-file.js`)
    expect(await started(copying)).toMatchObject({
      code: 'topology-invalid',
      message: expect.stringMatching(
        /one-file\.js cannot be imported into a worker thread .*: put the topology in a module of its own that starts nothing, and start the application in another/,
      ),
      cause: { code: 'lifecycle', message: expect.stringMatching(/^new KafkaStreams in a worker thread/) },
    })
  })

  test('a topology that is not exported', async () => {
    const { hiddenTopology } = await compiled<typeof notExported>(`${folder}/not-exported.js`)
    expect(await started(hiddenTopology('hidden'))).toMatchObject({
      code: 'topology-invalid',
      message: expect.stringMatching(
        /not-exported\.js exports no topology: export it, in a module of its own/,
      ),
    })
  })

  const readsTypeScript = 'typescript' in process.features && process.features.typescript !== false
  test.skipIf(readsTypeScript)('a module in TypeScript, where nothing reads it', async () => {
    const harness = await openHarness()
    const app = workerApp(harness, 'one', harness.topology)
    await expect(app.start()).rejects.toMatchObject({
      code: 'topology-invalid',
      message: expect.stringMatching(
        /app-harness\.ts cannot be imported into a worker thread .*: Node reads no TypeScript here: compile it, or start Node with a loader/,
      ),
    })
  })

  test('a topology that is built in another way in a worker', async () => {
    const { unsteady: topology } = await compiled<typeof unsteady>(`${folder}/another-in-workers.js`)
    expect(await started(topology)).toMatchObject({
      code: 'topology-invalid',
      message: expect.stringMatching(/exports another topology in a worker thread/),
    })
  })
})

function existsMark({ folder: at }: AppHarness, mishap: string): boolean {
  return existsSync(join(at, `met-${mishap}`))
}
