import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { Random } from '../crash/random.ts'
import { openHarness, until } from './app-harness.ts'
import type * as jobs from './threads/jobs.ts'
import { compiled, listen, workerApp } from './worker-apps.ts'

const { clickCount } = await compiled<typeof jobs>('test/integration/threads/jobs.js')

/** MILLRACE_TERMINATIONS=100 npx vitest run --project integration test/integration/terminations.test.ts */
const rounds = Number(process.env['MILLRACE_TERMINATIONS'] ?? 15)
const seed = Number(process.env['MILLRACE_SEED'] ?? 1)
const users = Array.from({ length: 10_000 }, (_, i) => `user${i}`.padEnd(100, '.'))

test(
  `workers terminated at ${rounds} random moments, most of them in a checkpoint`,
  async () => {
    const random = new Random(seed)
    const workers: Worker[] = []
    const note = (worker: Worker): number => workers.push(worker)
    process.on('worker', note)
    onTestFinished(() => {
      process.off('worker', note)
    })
    const harness = await openHarness()
    const app = workerApp(harness, 'one', clickCount.withArgs({ name: harness.name }), {
      commitInterval: 20,
      checkpointInterval: 20,
      // What a dead thread leaves open delays the one that takes its place no longer than it takes to start.
      transactionTimeout: 1000,
      uncaughtErrorHandler: () => 'replace-thread',
    })
    const failures = listen(app, 'threadFailed')
    const setAside = listen(app, 'stateSetAside')
    let committed = 0
    app.on('committed', () => committed++)
    await app.start()
    const clicks: Record<string, number> = {}
    for (let round = 1; round <= rounds; round++) {
      const clicking = users.filter(() => random.next() < 0.5)
      for (const user of clicking) clicks[user] = (clicks[user] ?? 0) + 1
      await harness.click(...clicking)
      const commits = committed
      await until(() => committed > commits, app)
      // The commit is followed by a checkpoint.
      await sleep(random.int(0, 25))
      const victims = workers.filter(({ threadId }) => threadId !== -1)
      await victims[random.int(0, victims.length - 1)]?.terminate()
      await until(() => failures.length === round, app)
      // Now and then the next one is met while it starts.
      if (random.next() < 0.7) await until(() => app.state === 'RUNNING' && app.threads.every(isRunning), app)
    }
    await harness.caughtUp(app)
    await until(() => app.state === 'RUNNING' && app.threads.every(isRunning), app)
    expect(app.threads.flatMap(({ activeTasks }) => activeTasks).sort()).toEqual(['0_0', '0_1', '0_2', '0_3'])
    expect(failures.map(({ error }) => error)).toEqual(
      failures.map(() => expect.objectContaining({ code: 'thread-died' })),
    )
    expect(setAside).toEqual([])
    await app.close()
    expect(app.state).toBe('NOT_RUNNING')
    expect(await harness.updates()).toEqual(harness.expected(clicks))
  },
  60_000 + rounds * 5000,
)

function isRunning({ state }: { readonly state: string }): boolean {
  return state === 'running'
}
