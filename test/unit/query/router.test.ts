import { expect, test } from 'vitest'
import type { GroupAssignment } from '../../../src/assign/streams-assignor.ts'
import type { Client } from '../../../src/client/client.ts'
import { utf8 } from '../../../src/core/bytes.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { encodeAnswer } from '../../../src/query/answer-codec.ts'
import { answersRemote } from '../../../src/query/answer-remote.ts'
import { decodeQuestion, encodeQuestion } from '../../../src/query/question-codec.ts'
import { addressOf, type HostInfo } from '../../../src/query/remote-owner.ts'
import { Router } from '../../../src/query/router.ts'
import { string } from '../../../src/serde/scalars.ts'
import type { StoreReply, StoreRequest } from '../../../src/task/store-question.ts'
import type { StreamThreadHandle } from '../../../src/thread/stream-thread-handle.ts'

const table = topology(import.meta.url, (b) => {
  const names = b.table(topic('names', { key: string, value: string }), { store: { name: 'names' } })
  return { names }
})
const { store } = table.tables.names
const here = '127.0.0.1:1'
const request = {
  question: { kind: 'key', key: utf8('a') },
  limit: 1,
  isolation: 'latest',
  stale: false,
} as const
const found = {
  here: true,
  rows: [],
  looked: 1,
  after: undefined,
  checkpointMs: undefined,
  lag: undefined,
} as const

/** Instances by the partitions that they have. */
interface Group {
  readonly active?: Readonly<Record<string, readonly number[]>>
  readonly standby?: Readonly<Record<string, readonly number[]>>
  /** Of this instance. */
  readonly tasks?: readonly number[]
  readonly standbys?: readonly number[]
}

const hosts = (of: Readonly<Record<string, readonly number[]>> = {}) =>
  Object.entries(of).map(([address, partitions]) => {
    const [host, port] = address.split(':') as [string, string]
    return {
      host,
      port: Number(port),
      partitions: partitions.map((partition) => ({ topic: 'names', partition })),
    }
  })

function assigned({ active, standby, tasks = [], standbys = [] }: Group): GroupAssignment {
  const ids = (of: readonly number[]) => of.map((partition) => ({ subtopology: 0, partition }))
  return {
    tasks: ids(tasks),
    standbys: ids(standbys),
    nextRebalanceMs: Number.POSITIVE_INFINITY,
    inputs: new Map(),
    standbyInputs: new Map(),
    owners: hosts(active),
    standbyOwners: hosts(standby),
  }
}

function setUp(
  group: Group | undefined,
  answers: {
    readonly here?: (request: StoreRequest) => StoreReply
    readonly others?: (owner: string) => StoreReply | StreamsError
    readonly applicationServer?: string | undefined
  } = {},
): { router: Router; asked: string[]; clock: ManualClock; join(next: Group): void } {
  const clock = new ManualClock()
  const asked: string[] = []
  let assignment = group && assigned(group)
  const thread = {
    get assignment() {
      return assignment
    },
    partitions: new Map([[0, 4]]),
    read: async (one: StoreRequest): Promise<StoreReply> => {
      asked.push('here')
      return answers.here?.(one) ?? found
    },
  } as unknown as StreamThreadHandle
  const router = new Router({
    plan: table.plan,
    applicationId: 'app',
    client: {} as Client,
    clock,
    applicationServer: 'applicationServer' in answers ? answers.applicationServer : here,
    threads: () => [thread],
    globals: () => new Map(),
    remote: {
      async ask(owner: HostInfo, question: Uint8Array) {
        expect(decodeQuestion(question)).toMatchObject({ applicationId: 'app', store: 'names' })
        asked.push(addressOf(owner))
        const answer = answers.others?.(addressOf(owner)) ?? found
        if (answer instanceof StreamsError && answer.code === 'owner-unreachable') throw answer
        return encodeAnswer(answer)
      },
      close() {},
    },
  })
  return {
    router,
    asked,
    clock,
    join(next) {
      assignment = assigned(next)
    },
  }
}

const never = { atMs: 0, signal: undefined }
const gone = new StreamsError('owner-unreachable', 'gone')

test('the task is here', async () => {
  const { router, asked } = setUp({ tasks: [2], active: { [here]: [2] } })
  expect(await router.ask(store, 2, request, never)).toMatchObject({ here: true, instance: null })
  expect(asked).toEqual(['here'])
})

test('the task is elsewhere', async () => {
  const { router, asked } = setUp({ active: { 'b:2': [2], 'c:3': [3] } })
  expect(await router.ask(store, 3, request, never)).toMatchObject({ instance: 'c:3' })
  expect(asked).toEqual(['c:3'])
})

test('a standby answers only who allows it: here at once, elsewhere if the owner does not', async () => {
  const group = { standbys: [2], active: { 'b:2': [2, 3] }, standby: { [here]: [2], 'c:3': [3] } }
  const others = (owner: string): StoreReply | StreamsError => (owner === 'b:2' ? gone : { ...found, lag: 5 })
  const strict = setUp(group, { others })
  await expect(strict.router.ask(store, 2, request, never)).rejects.toMatchObject({
    code: 'owner-unreachable',
  })
  expect(strict.asked).toEqual(['b:2'])
  const { router, asked } = setUp(group, { others })
  expect(await router.ask(store, 2, { ...request, stale: true }, never)).toMatchObject({ instance: null })
  expect(await router.ask(store, 3, { ...request, stale: true }, never)).toMatchObject({
    instance: 'c:3',
    lag: 5,
  })
  expect(asked).toEqual(['here', 'b:2', 'c:3'])
})

test('who owns it is looked up again until the deadline', async () => {
  const { router, asked, clock, join } = setUp(
    { active: { 'b:2': [2] } },
    {
      others: (owner) => (owner === 'b:2' ? gone : found),
    },
  )
  const page = router.ask(store, 2, request, { atMs: 1000, signal: undefined })
  await turns()
  expect(asked).toEqual(['b:2'])
  clock.advance(20)
  await turns()
  expect(asked).toEqual(['b:2', 'b:2'])
  join({ active: { 'c:3': [2] } })
  clock.advance(40)
  expect(await page).toMatchObject({ instance: 'c:3' })
})

test.each([
  ['before the first rebalance', undefined, here, 'store-not-ready'],
  ['assigned here, and not open yet', { active: { [here]: [2] } }, here, 'store-not-ready'],
  ['nobody has it', { active: { 'b:2': [1] } }, here, 'store-not-ready'],
  // Without an address of its own an instance does not wait for those of others.
  ['nobody gives an address', {}, undefined, 'store-elsewhere'],
] as const)('%s', async (_, group, applicationServer, code) => {
  const { router } = setUp(group, { applicationServer })
  await expect(router.ask(store, 2, request, never)).rejects.toMatchObject({ code })
})

test('restoring here, and moved on there', async () => {
  const restoring = setUp({ tasks: [2] }, { here: () => ({ here: false, restoring: true }) })
  await expect(restoring.router.ask(store, 2, request, never)).rejects.toMatchObject({
    code: 'store-not-ready',
    message: "store 'names' is not ready: it is being restored",
  })
  const moved = setUp({ active: { 'b:2': [2] } }, { others: () => ({ here: false, restoring: false }) })
  await expect(moved.router.ask(store, 2, request, never)).rejects.toMatchObject({
    code: 'store-not-ready',
    message: "store 'names' is not ready: b:2 has it no more, or not yet",
  })
})

test('what the other instance cannot answer is not asked again', async () => {
  const { router, asked } = setUp(
    { active: { 'b:2': [2] } },
    { others: () => new StreamsError('query-unsupported', 'no') },
  )
  const page = router.ask(store, 2, request, { atMs: 1000, signal: undefined })
  await expect(page).rejects.toMatchObject({ code: 'query-unsupported' })
  expect(asked).toEqual(['b:2'])
})

test('questions of others are answered from here only', async () => {
  const { router, asked } = setUp({ tasks: [2], active: { 'b:2': [3] } })
  const answer = answersRemote({ applicationId: 'app', logger: silentLogger, router: () => router })
  const ask = (partition: number, applicationId = 'app') =>
    answer(encodeQuestion({ ...request, applicationId, store: 'names', task: { subtopology: 0, partition } }))
  expect(await ask(2)).toEqual(encodeAnswer(found))
  expect(await ask(3)).toEqual(encodeAnswer({ here: false, restoring: false }))
  expect(asked).toEqual(['here'])
  expect(Buffer.from(await ask(2, 'other')).toString()).toContain('store-elsewhere')
  expect(Buffer.from(await answer(new Uint8Array([9]))).toString()).toContain('protocol-malformed')
})

/** Lets promises go on. */
async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate)
}
