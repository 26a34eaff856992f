import { expect, test } from 'vitest'
import { StreamsError } from '../../../src/core/errors.ts'
import type { UncaughtErrorResponse } from '../../../src/core/failure-options.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { type Clock, ManualClock } from '../../../src/core/time/clock.ts'
import type { StoreReply } from '../../../src/task/store-question.ts'
import type {
  MemoryShare,
  StreamThreadHandle,
  ThreadState,
} from '../../../src/thread/stream-thread-handle.ts'
import { ThreadPool } from '../../../src/thread/thread-pool.ts'

/** A thread that does nothing but note what it is told; the test ends it. */
class FakeThread implements StreamThreadHandle {
  readonly number: number
  readonly name: string
  readonly ended: Promise<void>
  readonly assignment = undefined
  readonly partitions: ReadonlyMap<number, number> = new Map()
  readonly told: string[] = []
  state: ThreadState = 'created'
  signs = { beats: 1, turns: 1 }
  memory: MemoryShare = { state: 0, cache: 0 }
  end: () => void = () => {}
  die: (error: unknown) => void = () => {}

  constructor(number: number) {
    this.number = number
    this.name = `thread-${number}`
    this.ended = new Promise((resolve, reject) => {
      this.end = () => resolve(undefined)
      this.die = reject
    })
  }

  stop(leaveGroup?: boolean): void {
    this.state = 'stopping'
    this.told.push(`stop ${leaveGroup}`)
  }

  terminate(): void {
    this.told.push('terminate')
    this.die(new StreamsError('thread-died', `${this.name} was terminated`))
  }

  pause(): void {
    this.told.push('pause')
  }

  resume(): void {
    this.told.push('resume')
  }

  requestShutdown(): void {
    this.told.push('request shutdown')
  }

  async stateSizes(): Promise<readonly never[]> {
    return []
  }

  setMemory(share: MemoryShare): void {
    this.memory = share
  }

  async read(): Promise<StoreReply> {
    return { here: false, restoring: false }
  }

  async positions(): Promise<readonly never[]> {
    return []
  }

  async metrics(): Promise<never[]> {
    return []
  }
}

interface Fixture {
  readonly pool: ThreadPool
  /** Every thread that was ever started. */
  readonly opened: FakeThread[]
  readonly warnings: string[]
  readonly asked: string[]
  /** Why no thread can be started, if the test says so. */
  readonly break: { reason?: Error }
  changes(): number
}

function open(
  threads: number,
  {
    decide = () => 'replace-thread',
    paused = false,
    clock = new ManualClock(),
    globalTables = false,
  }: {
    readonly decide?: () => UncaughtErrorResponse
    readonly paused?: boolean
    readonly clock?: Clock
    readonly globalTables?: boolean
  } = {},
): Fixture {
  const opened: FakeThread[] = []
  const warnings: string[] = []
  const asked: string[] = []
  const broken: { reason?: Error } = {}
  let changes = 0
  const pool = new ThreadPool({
    clock,
    logger: { ...silentLogger, warn: (_, text) => warnings.push(text) },
    memory: { state: 1200, cache: 120 },
    globalTables,
    paused,
    open(number) {
      if (broken.reason) throw broken.reason
      const thread = new FakeThread(number)
      opened.push(thread)
      return thread
    },
    decide(error, thread) {
      asked.push(`${thread}: ${error.message}`)
      return decide()
    },
    onChange: () => changes++,
  })
  for (let i = 0; i < threads; i++) pool.add()
  return { pool, opened, warnings, asked, break: broken, changes: () => changes }
}

/** Until all that a settled promise leads to is done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const numbers = ({ threads }: ThreadPool): readonly number[] => threads.map(({ number }) => number)

test('memory is shared equally, and anew when threads come and go', async () => {
  const { pool, opened } = open(2)
  const shares = (threads: readonly FakeThread[]) => threads.map(({ memory }) => memory)
  const half = { state: 600, cache: 60 }
  const third = { state: 400, cache: 40 }
  expect(shares(opened)).toEqual([half, half])
  pool.add()
  expect(shares(opened)).toEqual([third, third, third])
  pool.remove()
  opened[2]!.end()
  await settled()
  expect(shares(opened.slice(0, 2))).toEqual([half, half])
  opened[0]!.die(new Error('no'))
  await settled()
  expect(numbers(pool)).toEqual([2, 1])
  expect(opened[3]!.memory).toEqual(half)
})

test('a share of the record cache goes to no thread where there are global tables', () => {
  const { opened } = open(2, { globalTables: true })
  expect(opened[1]!.memory).toEqual({ state: 600, cache: 40 })
})

test('a new thread takes the lowest number that is free; one that is ending still has its own', async () => {
  const { pool, opened } = open(3)
  pool.remove()
  expect(pool.add().number).toBe(4)
  opened[2]!.end()
  await settled()
  expect(pool.add().number).toBe(3)
  expect(numbers(pool)).toEqual([1, 2, 4, 3])
})

test('removing takes the highest number that stays, and says when there is none', () => {
  const { pool, opened } = open(2)
  expect(pool.remove()?.number).toBe(2)
  expect(pool.remove(false)?.number).toBe(1)
  expect(pool.remove()).toBeUndefined()
  expect(opened.map(({ told }) => told)).toEqual([['stop false'], ['stop true']])
})

test('it runs when every thread does, but for those that are leaving; without any it does not', async () => {
  const { pool, opened } = open(2)
  expect([pool.running, pool.rebalancing]).toEqual([false, false])
  opened[0]!.state = 'running'
  opened[1]!.state = 'rebalancing'
  expect([pool.running, pool.rebalancing]).toEqual([false, true])
  opened[1]!.state = 'running'
  expect(pool.running).toBe(true)
  pool.add()
  expect(pool.running).toBe(false)
  pool.remove()
  expect(pool.running).toBe(true)
  pool.remove()
  pool.remove()
  expect(pool.running).toBe(false)
  for (const thread of opened) thread.end()
  await settled()
  expect(pool.running).toBe(false)
})

test('the last thread may leave: the pool ends only when it is stopped', async () => {
  const { pool, opened } = open(1)
  pool.remove()
  opened[0]!.end()
  await settled()
  expect(pool.threads).toEqual([])
  pool.add()
  pool.stop(true)
  expect(opened[1]!.told).toEqual(['stop true'])
  opened[1]!.end()
  expect(await pool.ended).toBeUndefined()
})

test('a pool that is stopped before it has a thread ends at once', async () => {
  const { pool } = open(0)
  pool.stop()
  expect(await pool.ended).toBeUndefined()
})

test('pause and resume reach every thread, also one that comes later', () => {
  const { pool, opened } = open(1, { paused: true })
  pool.add()
  pool.resume()
  pool.add()
  pool.pause()
  expect(pool.paused).toBe(true)
  expect(opened.map(({ told }) => told.join())).toEqual(['pause,resume,pause', 'pause,resume,pause', 'pause'])
})

test('a dead thread is replaced under its number', async () => {
  const { pool, opened, asked } = open(2)
  opened[0]!.die(new Error('first'))
  await settled()
  opened[2]!.die('not an error')
  await settled()
  expect(asked).toEqual(['thread-1: first', 'thread-1: not an error'])
  expect(opened.map(({ number }) => number)).toEqual([1, 2, 1, 1])
  expect([pool.failed, pool.failure]).toEqual([2, undefined])
})

test('a thread that dies on its way out is not replaced: the log tells', async () => {
  const { pool, opened, asked, warnings } = open(2)
  pool.remove()?.terminate()
  await settled()
  expect(numbers(pool)).toEqual([1])
  expect([asked, pool.failed]).toEqual([[], 0])
  expect(warnings).toEqual([
    'stream thread thread-2 was removed before it could commit: thread-2 was terminated',
  ])
  expect(opened[0]!.told).toEqual([])
})

test('shutdown-client stops the others, with the first reason', async () => {
  const { pool, opened, changes } = open(3, { decide: () => 'shutdown-client' })
  const before = changes()
  const first = new Error('first')
  opened[1]!.die(first)
  await settled()
  expect(pool.failure).toBe(first)
  expect(changes()).toBeGreaterThan(before)
  expect(opened.map(({ told }) => told.join())).toEqual(['stop undefined', '', 'stop undefined'])
  opened[0]!.die(new Error('second'))
  opened[2]!.end()
  expect(await pool.ended).toBe(first)
})

test('shutdown-application asks a thread that lives to tell the group; all end when it answers', async () => {
  const { pool, opened } = open(2, { decide: () => 'shutdown-application' })
  const reason = new Error('poison')
  opened[0]!.die(reason)
  await settled()
  expect(opened[1]!.told).toEqual(['request shutdown'])
  // It waits for the group: nothing has failed as yet.
  expect([pool.failure, pool.threads.length]).toEqual([undefined, 1])
  opened[1]!.die(new StreamsError('shutdown-requested', 'as asked'))
  expect(await pool.ended).toBe(reason)
})

test('the last thread that dies has another one carry the message', async () => {
  const { pool, opened } = open(1, { decide: () => 'shutdown-application' })
  const reason = new Error('poison')
  opened[0]!.die(reason)
  await settled()
  expect(opened[1]!.told).toEqual(['request shutdown'])
  opened[1]!.die(new StreamsError('shutdown-requested', 'as asked'))
  expect(await pool.ended).toBe(reason)
})

test('an instance that is told to shut down does so, and asks nobody', async () => {
  const { pool, opened, asked } = open(2)
  const told = new StreamsError('shutdown-requested', 'another one asks')
  opened[0]!.die(told)
  await settled()
  expect(opened[1]!.told).toEqual(['stop undefined'])
  opened[1]!.end()
  expect(await pool.ended).toBe(told)
  expect(asked).toEqual([])
})

test('a thread that cannot be started ends the pool with the reason', async () => {
  const { pool, opened, break: broken } = open(2)
  broken.reason = new Error('no more threads')
  opened[0]!.die(new Error('first'))
  await settled()
  expect(pool.failure).toBe(broken.reason)
  expect(opened[1]!.told).toEqual(['stop undefined'])
})

test('terminate ends every thread, and the pool with the first reason', async () => {
  const { pool, opened } = open(2)
  pool.stop()
  pool.terminate()
  expect(await pool.ended).toMatchObject({ message: 'thread-1 was terminated' })
  expect(opened.map(({ told }) => told.join())).toEqual([
    'stop undefined,terminate',
    'stop undefined,terminate',
  ])
})

test('a thread that dies before it has begun is tried again later, and not for ever', async () => {
  const clock = new ManualClock()
  const { pool, opened } = open(1, { clock })
  const dieUnborn = async (error: Error): Promise<void> => {
    const thread = opened.at(-1)!
    thread.signs = { beats: 1, turns: 0 }
    thread.die(error)
    await settled()
  }
  for (const pauseMs of [250, 500, 1000, 2000]) {
    const before = opened.length
    await dieUnborn(new Error('exit code 1'))
    clock.advance(pauseMs - 1)
    expect(opened).toHaveLength(before)
    clock.advance(1)
    expect(opened).toHaveLength(before + 1)
  }
  await dieUnborn(new Error('exit code 1'))
  expect(await pool.ended).toMatchObject({
    code: 'thread-died',
    message: '5 stream threads in a row died before they had begun, so no other is started: exit code 1',
  })
})

test('one that has begun ends the row, and a broker that is away does not count', async () => {
  const clock = new ManualClock()
  const { pool, opened } = open(1, { clock })
  for (let i = 0; i < 12; i++) {
    const thread = opened.at(-1)!
    const unreachable = i > 3
    if (i !== 3) thread.signs = { beats: 1, turns: 0 }
    thread.die(new StreamsError(unreachable ? 'broker-unreachable' : 'internal', 'no'))
    await settled()
    clock.advance(4000)
  }
  expect(opened).toHaveLength(13)
  expect(pool.failure).toBeUndefined()
})

test('a pool that is stopped starts no replacement', async () => {
  const clock = new ManualClock()
  const { pool, opened } = open(1, { clock })
  opened[0]!.signs = { beats: 1, turns: 0 }
  opened[0]!.die(new Error('no'))
  await settled()
  pool.stop()
  clock.advance(10_000)
  expect(opened).toHaveLength(1)
  expect(await pool.ended).toBeUndefined()
})
