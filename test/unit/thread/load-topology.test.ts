import { expect, test } from 'vitest'
import { loadTopology } from '../../../src/thread/load-topology.ts'
import { counting, sizes } from './exported-topologies.ts'

const refused = (message: RegExp, cause?: unknown): unknown =>
  expect.objectContaining({
    code: 'topology-invalid',
    message: expect.stringMatching(message),
    ...(cause !== undefined && { cause }),
  })

test('finds the topology among the exports of its module, built with the args', async () => {
  const { plan, handlers } = await loadTopology(counting)
  expect(plan).toBe(counting.plan)
  expect(handlers).toEqual({ processingHandler: 'continue' })
  const five = sizes.withArgs({ minutes: 5 })
  const loaded = await loadTopology(five)
  // The one that is exported has other args; and another one throws when it is given these.
  expect(loaded.plan).not.toBe(sizes.plan)
  expect(loaded.plan.subtopologies[0]?.stores).toEqual(five.plan.subtopologies[0]?.stores)
})

test('a topology that another one cannot be told from: functions do not show', async () => {
  const { fewer } = await import('./exported-topologies.ts')
  await expect(loadTopology(fewer)).rejects.toEqual(
    refused(/exports several topologies that differ in their functions alone.*module of its own/),
  )
})

test('one exported under two names is one', async () => {
  const module = new URL('./exported-twice.ts', import.meta.url).href
  const { once } = await import('./exported-twice.ts')
  expect((await loadTopology({ module, args: undefined, hash: once.hash })).plan).toBe(once.plan)
})

test('a module that exports none, or another one', async () => {
  const nothing = new URL('../../../src/core/bytes.ts', import.meta.url).href
  await expect(loadTopology({ ...counting, module: nothing })).rejects.toEqual(
    refused(/bytes\.ts exports no topology: export it, in a module of its own/),
  )
  // What went wrong with one of them may be why.
  await expect(loadTopology({ ...sizes, hash: '0' })).rejects.toEqual(
    refused(/exports another topology in a worker thread.*from nothing but its args/, expect.any(TypeError)),
  )
})

test('a module that cannot be imported', async () => {
  const missing = new URL('./missing.js', import.meta.url).href
  await expect(loadTopology({ ...counting, module: missing })).rejects.toEqual(
    refused(/missing\.js cannot be imported into a worker thread \(.*\): it must be there, and work/),
  )
})

test('TypeScript where nothing can read it', async () => {
  const refuse = 'Object.assign(new TypeError("no .ts"), { code: "ERR_UNKNOWN_FILE_EXTENSION" })'
  await expect(loadTopology({ ...counting, module: `data:text/javascript,throw ${refuse}` })).rejects.toEqual(
    refused(
      /\(no \.ts\): Node reads no TypeScript here: compile it, or start Node with a loader/,
      expect.any(TypeError),
    ),
  )
})

test('a module that fails when it is imported says so', async () => {
  const failing = 'data:text/javascript,throw new RangeError("no database here")'
  await expect(loadTopology({ ...counting, module: failing })).rejects.toEqual(
    refused(/cannot be imported into a worker thread \(no database here\)/, expect.any(RangeError)),
  )
})
