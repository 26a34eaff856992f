import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { SourceTopics } from '../../../src/assign/source-topics.ts'
import type { StreamsAssignor } from '../../../src/assign/streams-assignor.ts'
import { type Deferred, deferred } from '../../../src/client/embedded/deferred.ts'
import { type Logger, silentLogger } from '../../../src/core/logger.ts'
import { resolveOptions } from '../../../src/core/options.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import type { ThreadContext } from '../../../src/thread/thread-context.ts'
import { TopicWatch } from '../../../src/thread/topic-watch.ts'

interface Watched {
  readonly clock: ManualClock
  readonly watch: TopicWatch
  readonly warnings: string[]
  /** Looks that wait for their answer. */
  readonly looks: Deferred<boolean>[]
  told: number
}

function watched(): Watched {
  const clock = new ManualClock(0)
  const looks: Deferred<boolean>[] = []
  const topics = {
    refresh: () => Promise.resolve(),
    changed: () => {
      looks.push(deferred<boolean>())
      return looks.at(-1)!.promise
    },
  } as Partial<SourceTopics> as SourceTopics
  const warnings: string[] = []
  const logger: Logger = { ...silentLogger, warn: (_facts, message) => warnings.push(message) }
  const options = resolveOptions({ applicationId: 'app', metadataMaxAge: '1m' })
  const assignor = { topics } as Partial<StreamsAssignor> as StreamsAssignor
  const context = {
    name: 'thread',
    clock,
    logger,
    options,
    assignor,
  } as Partial<ThreadContext> as ThreadContext
  const result: Watched = {
    clock,
    watch: new TopicWatch(context, () => result.told++),
    warnings,
    looks,
    told: 0,
  }
  return result
}

test('it looks once in metadataMaxAge, and one look at a time', async () => {
  const { clock, watch, looks } = watched()
  clock.advance(59_999)
  watch.look()
  expect(looks).toHaveLength(0)
  clock.advance(1)
  watch.look()
  clock.advance(60_000)
  watch.look()
  expect(looks).toHaveLength(1)
  looks[0]!.resolve(false)
  await turn()
  expect(watch.changed).toBe(false)
  watch.look()
  expect(looks).toHaveLength(2)
})

test('a change is told once, and holds until the rebalance', async () => {
  const state = watched()
  const { clock, watch, looks } = state
  clock.advance(60_000)
  watch.look()
  looks[0]!.resolve(true)
  await turn()
  expect([watch.changed, state.told]).toEqual([true, 1])
  clock.advance(60_000)
  watch.look()
  expect(looks).toHaveLength(1)
  await watch.refresh()
  expect(watch.changed).toBe(false)
  clock.advance(59_999)
  watch.look()
  expect(looks).toHaveLength(1)
})

test('an answer from before a rebalance says nothing of what is read after it', async () => {
  const state = watched()
  const { clock, watch, looks } = state
  clock.advance(60_000)
  watch.look()
  await watch.refresh()
  looks[0]!.resolve(true)
  await turn()
  expect([watch.changed, state.told]).toEqual([false, 0])
})

test('what fails is said, and tried again', async () => {
  const { clock, watch, looks, warnings } = watched()
  clock.advance(60_000)
  watch.look()
  looks[0]!.reject(new Error('no broker'))
  await turn()
  expect(warnings).toEqual(['the topics of the cluster could not be listed'])
  clock.advance(60_000)
  watch.look()
  expect(looks).toHaveLength(2)
})
