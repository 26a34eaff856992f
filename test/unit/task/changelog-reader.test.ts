import { expect, test } from 'vitest'
import type { Client, Fetched, Fetcher } from '../../../src/client/client.ts'
import { Hooks, type RestoreProgress } from '../../../src/core/hooks.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { topicPartitionName } from '../../../src/core/topic-partition.ts'
import type { Changelog } from '../../../src/task/changelog.ts'
import { ChangelogReader } from '../../../src/task/changelog-reader.ts'
import type { StreamTask } from '../../../src/task/stream-task.ts'
import { TaskTimeout } from '../../../src/task/task-timeout.ts'

/** A fetcher whose answers the test gives. */
class FetcherAtHand implements Fetcher {
  readonly positions = new Map<string, number>()
  readonly paused = new Set<string>()
  #answer: { resolve(fetched: readonly Fetched[]): void; reject(error: Error): void } | undefined

  add({ topic, partition }: Changelog, offset: number): void {
    this.positions.set(topicPartitionName(topic, partition), offset)
  }

  remove({ topic, partition }: Changelog): void {
    this.positions.delete(topicPartitionName(topic, partition))
  }

  pause({ topic, partition }: Changelog): void {
    this.paused.add(topicPartitionName(topic, partition))
  }

  resume({ topic, partition }: Changelog): void {
    this.paused.delete(topicPartitionName(topic, partition))
  }

  poll(): Promise<readonly Fetched[]> {
    return new Promise((resolve, reject) => {
      this.#answer = { resolve, reject }
    })
  }

  wake(): void {}

  async close(): Promise<void> {
    this.#answer?.resolve([])
  }

  async bring(...fetched: readonly Fetched[]): Promise<void> {
    this.#answer!.resolve(fetched)
    await settle()
  }

  async fail(error: Error): Promise<void> {
    this.#answer!.reject(error)
    await settle()
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function stretch(topic: string, offset: number, nextOffset: number): Fetched {
  return {
    topic,
    partition: 0,
    offset,
    nextOffset,
    highWatermark: nextOffset,
    lastStableOffset: nextOffset,
    runs: [],
    release: () => {},
  }
}

interface Reading {
  readonly reader: ChangelogReader
  readonly fetcher: FetcherAtHand
  readonly clock: ManualClock
  readonly committed: Map<string, number>
  readonly told: (readonly [string, string, number])[]
  task(topic: string, end: number, options?: Partial<Changelog>): StreamTask
  /** What `keepWithinMemory` of all tasks answers. */
  full: Promise<void> | undefined
}

function reading(): Reading {
  const clock = new ManualClock(0)
  const fetcher = new FetcherAtHand()
  const hooks = new Hooks()
  const committed = new Map<string, number>()
  const client = {
    fetcher: () => fetcher as Fetcher,
    committedOffsets: (_group: string, partitions: readonly { topic: string; partition: number }[]) =>
      Promise.resolve(partitions.map((one) => ({ ...one, offset: committed.get(one.topic)!, metadata: '' }))),
  } as Partial<Client> as Client
  const reader = new ChangelogReader({
    client,
    clock,
    hooks,
    taskTimeout: new TaskTimeout({ clock, logger: silentLogger, timeoutMs: 0 }),
    consumer: { maxPartitionFetchBytes: 2 ** 20, fetchBufferBytes: 2 ** 24, fetchMaxWaitMs: 100 },
    groupId: 'app',
    onArrival: () => {},
  })
  const told: (readonly [string, string, number])[] = []
  for (const event of ['restoring', 'standbyUpdated', 'restoreSuspended', 'standbySuspended'] as const)
    hooks.on(event, ({ topic, next }: RestoreProgress) => told.push([event, topic, next]))
  hooks.on('restored', ({ store, to }) => told.push(['restored', store, to]))
  const state: Reading = {
    reader,
    fetcher,
    clock,
    committed,
    told,
    full: undefined,
    task(topic, end, options = {}) {
      const changelog = {
        topic,
        partition: 0,
        store: topic,
        topicId: '',
        isSource: false,
        end,
        next: 0,
        ...options,
      }
      return {
        name: topic,
        changelogs: [changelog],
        restore(of: Changelog, { offset, nextOffset }: Fetched) {
          // A stretch takes a second.
          clock.advance(1000)
          of.next = of.isSource ? Math.min(nextOffset, of.end) : nextOffset
          return of.next - offset
        },
        keepWithinMemory: () => state.full,
      } as Partial<StreamTask> as StreamTask
    },
  }
  return state
}

test('a task that lacks nothing is complete at once', () => {
  const { reader, task } = reading()
  expect(reader.add(task('a', 0), false)).toBe(true)
  expect(reader.restoring).toBe(false)
})

test('stretches are applied in slices, and a task is complete where its changelog ended', async () => {
  const { reader, fetcher, clock, task, told } = reading()
  const [a, b] = [task('a', 20), task('b', 20)]
  expect([reader.add(a, false), reader.add(b, false)]).toEqual([false, false])
  await fetcher.bring(stretch('a', 0, 10), stretch('b', 0, 10), stretch('a', 10, 20), stretch('b', 10, 20))
  expect(reader.ready).toBe(true)
  // Two stretches of a second each fit the slice.
  expect(reader.apply(clock.monotonic() + 1001)).toEqual([])
  expect(a.changelogs[0]!.next + b.changelogs[0]!.next).toBe(20)
  expect(reader.apply(clock.monotonic() + 10_000)).toEqual([a, b])
  expect([reader.restoring, reader.ready, fetcher.positions.size]).toEqual([false, false, 0])
  expect(told.filter(([event]) => event === 'restored')).toEqual([
    ['restored', 'a', 20],
    ['restored', 'b', 20],
  ])
})

test('a task that was opened anew goes on, whatever had arrived for it before', async () => {
  const { reader, fetcher, clock, task } = reading()
  const [before, after] = [task('a', 30), task('a', 30)]
  reader.add(before, false)
  await fetcher.bring(stretch('a', 0, 10))
  reader.remove(before)
  reader.add(after, false)
  // The first, which fits. Then what was fetched anew from 0 on, in other pieces.
  expect(reader.apply(clock.monotonic())).toEqual([])
  await fetcher.bring(stretch('a', 0, 15), stretch('a', 15, 30))
  expect(reader.apply(clock.monotonic() + 10_000)).toEqual([])
  expect(fetcher.positions.get('a-0')).toBe(10)
  await fetcher.bring(stretch('a', 10, 30))
  expect(reader.apply(clock.monotonic() + 10_000)).toEqual([after])
})

test('standbys wait while a task that is to run is behind, and go on for ever', async () => {
  const { reader, fetcher, clock, task, told } = reading()
  const [a, b] = [task('a', 10), task('b', 5)]
  expect(reader.add(b, true)).toBe(false)
  expect([...fetcher.paused]).toEqual([])
  reader.add(a, false)
  expect([...fetcher.paused]).toEqual(['b-0'])
  await fetcher.bring(stretch('a', 0, 10))
  expect(reader.apply(clock.monotonic())).toEqual([a])
  expect([...fetcher.paused]).toEqual([])
  await fetcher.bring(stretch('b', 0, 50))
  expect(reader.apply(clock.monotonic())).toEqual([])
  await fetcher.bring(stretch('b', 50, 60))
  expect(reader.apply(clock.monotonic())).toEqual([])
  expect(b.changelogs[0]!.next).toBe(60)
  reader.remove(b)
  expect(told.slice(-3)).toEqual([
    ['standbyUpdated', 'b', 50],
    ['standbyUpdated', 'b', 60],
    ['standbySuspended', 'b', 60],
  ])
})

test('of a source topic a standby takes what was committed, no more', async () => {
  const { reader, fetcher, clock, committed, task } = reading()
  const a = task('a', 3, { isSource: true })
  reader.add(a, true)
  await fetcher.bring(stretch('a', 0, 10))
  reader.apply(clock.monotonic())
  expect(a.changelogs[0]!.next).toBe(3)
  // What lay beyond is fetched again when it may be read.
  expect([fetcher.positions.get('a-0'), fetcher.paused.has('a-0')]).toEqual([3, true])
  committed.set('a', 8)
  await reader.readLimits()
  expect([a.changelogs[0]!.end, fetcher.paused.has('a-0')]).toEqual([8, false])
})

test('while rows go to disk to make room, nothing more is applied', async () => {
  const state = reading()
  const { reader, fetcher, clock, task } = state
  reader.add(task('a', 20), false)
  await fetcher.bring(stretch('a', 0, 10), stretch('a', 10, 20))
  let written: () => void = () => {}
  state.full = new Promise((resolve) => {
    written = resolve
  })
  expect(reader.apply(clock.monotonic() + 10_000)).toEqual([])
  expect(reader.ready).toBe(false)
  state.full = undefined
  written()
  await settle()
  expect(reader.ready).toBe(true)
  expect(reader.apply(clock.monotonic() + 10_000)).toHaveLength(1)
})

test('what fetching meets is thrown until the reader is closed; then it begins anew', async () => {
  const { reader, fetcher, clock, task } = reading()
  const a = task('a', 10)
  reader.add(a, false)
  await fetcher.fail(new Error('out of range'))
  expect(reader.ready).toBe(true)
  expect(() => reader.apply(clock.monotonic())).toThrow('out of range')
  reader.remove(a)
  await reader.close()
  expect([reader.ready, reader.restoring]).toEqual([false, false])
  reader.add(a, false)
  await settle()
  await fetcher.bring(stretch('a', 0, 10))
  expect(reader.apply(clock.monotonic())).toEqual([a])
})
