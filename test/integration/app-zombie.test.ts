import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { Client, ClientContext, GroupMember } from '../../src/client/client.ts'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import { utf8, utf8Text } from '../../src/core/bytes.ts'
import { long } from '../../src/serde/scalars.ts'
import { startKafka } from '../broker/kafka-broker.ts'
import { repositoryRoot } from '../broker/repository-root.ts'
import * as job from '../crash/job.ts'
import { outputKey } from '../crash/model.ts'
import { withProducers } from '../crash/producer-wrapper.ts'
import { Tally } from '../crash/tally.ts'
import { partitionsOf, readCommitted } from '../crash/topic-log.ts'
import type * as workerProcess from '../crash/worker-process.ts'
import { happeningsIn, openHarness, until, windowStart } from './app-harness.ts'

const users = Array.from({ length: 40 }, (_, i) => `user${i}`)

test('whoever was forgotten by the group cannot commit what it did: others have done it', async () => {
  const harness = await openHarness()
  const members: GroupMember[] = []
  const createClient = (context: ClientContext): Client => {
    const client = createKafkaClient({ brokers: harness.brokers, clientId: 'zombie' }, context)
    return {
      ...withProducers(client, (producer) => producer),
      group(options) {
        const member = client.group(options)
        members.push(member)
        return member
      },
    }
  }
  const zombie = harness.app('zombie', harness.topology, {
    kafka: { createClient },
    commitInterval: '5m',
    transactionTimeout: '10m',
    sessionTimeout: 1000,
  })
  const zombieHappened = happeningsIn(zombie)
  await zombie.start()
  await harness.click(...users)
  const store = zombie.store('counts')
  const counted = async (): Promise<boolean> =>
    (await Promise.all(users.map((user) => store.fetch(user, windowStart)))).every((count) => count === 1)
  await until(counted, zombie)

  // No heartbeats any more, and it does not know.
  members[0]!.stop()
  const other = harness.app('other', harness.topology)
  await other.start()
  await harness.caughtUp(other)
  expect(zombie.state).toBe('RUNNING')
  await zombie.close()
  expect(zombie.error).toBeUndefined()
  expect(zombieHappened).toEqual(['tasks 0_0 0_1 0_2 0_3', 'aborted fenced'])
  await harness.click(...users)
  await harness.caughtUp(other)
  expect(await harness.updates()).toEqual(
    harness.expected(Object.fromEntries(users.map((user) => [user, 2]))),
  )
})

// The job's topics have fixed names, which the demo uses too: it needs a broker of its own.
test.skipIf(process.env['KAFKA_BROKERS'])(
  'a process frozen past its session, with an open transaction, comes back and duplicates nothing',
  async () => {
    const { WorkerProcess } = await builtWorkerProcess()
    const broker = await startKafka()
    onTestFinished(() => broker.stop())
    const harness = await openHarness(broker.brokers)
    await harness.createTopics(job.userClicks.name, job.aggregatedClicks.name)
    const workers = ['a', 'b'].map((name) => {
      const folder = join(harness.folder, name)
      const tally = new Tally()
      const worker = new WorkerProcess({
        name,
        brokers: harness.brokers,
        folder,
        mutation: undefined,
        kernel: 'auto',
        tally,
      })
      onTestFinished(async () => {
        if (worker.alive) await worker.kill()
      })
      worker.start()
      return worker
    })
    const [a, b] = workers as [workerProcess.WorkerProcess, workerProcess.WorkerProcess]
    await a.until('it has half of the tasks', () => a.running && a.assigned.length === 2)
    await b.until('it has half of the tasks', () => b.running && b.assigned.length === 2)

    let rounds = 0
    const feeding = new AbortController()
    const fed = (async (): Promise<void> => {
      for (; !feeding.signal.aborted; rounds++) {
        await harness.send(job.userClicks.name, users.map(clickOf))
        await sleep(10)
      }
    })()
    await a.progress(3)
    for (;;) {
      a.pause()
      await sleep(5)
      if (a.transaction === 'records') break
      a.resume()
      await sleep(7)
    }
    await b.until('it has taken over', () => b.ownsAll)
    await b.progress(3)
    const { rebalances } = a
    a.resume()
    await a.until('it is a member again', () => a.rebalances > rebalances && a.assigned.length === 2)
    await a.progress(3)
    feeding.abort()
    await fed

    const input = partitionsOf(job.userClicks.name, job.partitions)
    const ends = await harness.client.listOffsets(input, 'latest', 'read_uncommitted')
    await until(async () => {
      const committed = await harness.client.committedOffsets(job.applicationId, input)
      return ends.every((end) =>
        committed.some(({ partition, offset }) => partition === end.partition && offset === end.offset),
      )
    })
    await Promise.all(workers.map((worker) => worker.close()))
    const updates = new Map<string, number[]>()
    const output = partitionsOf(job.aggregatedClicks.name, job.partitions)
    await readCommitted(harness.client, output, (_, { key, value }) => {
      const name = utf8Text(key!)
      updates.set(name, [...(updates.get(name) ?? []), long.deserialize(value!)])
    })
    const oneToN = Array.from({ length: rounds }, (_, i) => i + 1)
    expect(updates).toEqual(new Map(users.map((user) => [outputKey(user, windowStart), oneToN])))
  },
)

/** Processes run what `npm run build:programs` made. */
async function builtWorkerProcess(): Promise<typeof workerProcess> {
  const program = join(repositoryRoot, 'build/test/crash/worker-process.js')
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build:programs makes it`)
  return (await import(program)) as typeof workerProcess
}

function clickOf(userId: string): { key: Uint8Array; value: Uint8Array; timestamp: number } {
  const value = JSON.stringify({ userId, url: '/', timestamp: windowStart / 1000 })
  return { key: utf8(userId), value: utf8(value), timestamp: windowStart }
}
