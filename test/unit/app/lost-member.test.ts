import { expect, test } from 'vitest'
import type {
  Client,
  ClientContext,
  Fetcher,
  GroupMember,
  GroupMetadata,
} from '../../../src/client/client.ts'
import { withProducers } from '../../crash/producer-wrapper.ts'
import { type Harness, openHarness, until } from './harness.ts'
import { click, clicks, counts, windowed } from './topologies.ts'

/** A membership of which the test decides what becomes of it. */
class FateOfMember implements GroupMember {
  readonly #inner: GroupMember
  #forgotten = false
  #losses = 0
  #due = false
  /** The group forgets it during the next join. */
  forgottenInJoin = false
  onRejoin: (() => void) | undefined

  constructor(inner: GroupMember) {
    this.#inner = inner
  }

  get rejoin(): boolean {
    return this.#forgotten || this.#due || this.#inner.rejoin
  }

  get lost(): boolean {
    return this.#forgotten || this.#inner.lost
  }

  get losses(): number {
    return this.#losses + this.#inner.losses
  }

  get group(): GroupMetadata {
    return this.#forgotten ? { ...this.#inner.group, generationId: -1, memberId: '' } : this.#inner.group
  }

  /** As when a heartbeat is answered UNKNOWN_MEMBER_ID. */
  forget(): void {
    this.#forgotten = true
    this.#losses++
  }

  askToRejoin(): void {
    this.#due = true
    this.onRejoin?.()
  }

  async join(signal?: AbortSignal): ReturnType<GroupMember['join']> {
    const joined = await this.#inner.join(signal)
    if (this.forgottenInJoin) this.#losses++
    this.forgottenInJoin = false
    this.#forgotten = false
    this.#due = false
    return { ...joined, losses: this.losses }
  }

  leave(reason: string): Promise<void> {
    return this.#inner.leave(reason)
  }

  stop(): void {
    this.#inner.stop()
  }
}

interface Watched {
  member: FateOfMember | undefined
  /** Calls of committedOffsets: tasks that were opened. */
  openings: number
  /** Generations under which offsets were sent. */
  readonly generations: number[]
  /** Called when input was handed to the thread. */
  onInput: (() => void) | undefined
}

/** The application's client, with its membership in the test's hands. */
function watchedClient(harness: Harness, watched: Watched): (context: ClientContext) => Client {
  return (context) => {
    const client = withProducers(harness.kafka.createClient(context), (producer) => {
      const sendOffsets = producer.sendOffsets.bind(producer)
      producer.sendOffsets = (offsets, group) => {
        watched.generations.push(group.generationId)
        return sendOffsets(offsets, group)
      }
      return producer
    })
    return {
      ...client,
      committedOffsets(...args) {
        watched.openings++
        return client.committedOffsets(...args)
      },
      group(options) {
        watched.member = new FateOfMember(client.group(options))
        return watched.member
      },
      fetcher: (options) => watchedFetcher(client.fetcher(options), watched),
    }
  }
}

function watchedFetcher(fetcher: Fetcher, watched: Watched): Fetcher {
  const poll = fetcher.poll.bind(fetcher)
  fetcher.poll = async (maxWaitMs) => {
    const fetched = await poll(maxWaitMs)
    if (fetched.some(({ topic, runs }) => topic === clicks.name && runs.length > 0)) watched.onInput?.()
    return fetched
  }
  return fetcher
}

test('a member that was forgotten between reading and committing sends no offsets: they would pass for anybody’s', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  const watched: Watched = { member: undefined, openings: 0, generations: [], onInput: undefined }
  let forgotten = 0
  watched.onInput = () => {
    if (forgotten++ === 0) watched.member?.forget()
  }
  const app = harness.app(windowed, {
    kafka: { createClient: watchedClient(harness, watched) },
    commitInterval: 0,
  })
  const aborted: string[] = []
  app.on('aborted', ({ error }) => aborted.push(error.code))
  await app.start()
  await harness.kafka.send(clicks, [click('ann', 0), click('ann', 1)])
  await harness.caughtUp(app, clicks)
  await app.close()
  expect(aborted).toEqual(['fenced'])
  expect(Math.min(...watched.generations)).toBeGreaterThan(0)
  expect((await harness.kafka.read(counts)).map(({ value }) => value)).toEqual([1, 2])
})

test.each([
  [false, 0],
  [true, 1],
])(
  'forgotten while it joined: %s; so a member opens its tasks anew %d times',
  async (forgottenInJoin, anew) => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, clicks, counts)
    const watched: Watched = { member: undefined, openings: 0, generations: [], onInput: undefined }
    const app = harness.app(windowed, { kafka: { createClient: watchedClient(harness, watched) } })
    let rebalances = 0
    app.on('tasks', () => rebalances++)
    await app.start()
    await harness.kafka.send(clicks, [click('ann', 0)])
    await harness.caughtUp(app, clicks)
    const { openings } = watched
    watched.member!.forgottenInJoin = forgottenInJoin
    watched.member!.askToRejoin()
    await until(() => rebalances === 2, app)
    await harness.kafka.send(clicks, [click('ann', 1)])
    await harness.caughtUp(app, clicks)
    expect(watched.openings - openings).toBe(anew)
    expect((await harness.kafka.read(counts)).map(({ value }) => value)).toEqual([1, 2])
  },
)
