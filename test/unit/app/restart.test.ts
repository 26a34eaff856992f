import { describe, expect, test } from 'vitest'
import type { Client, ClientContext, Producer } from '../../../src/client/client.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import type { HookEvents } from '../../../src/core/hooks.ts'
import { ProducerWrapper, withProducers } from '../../crash/producer-wrapper.ts'
import { droppedBy, type Harness, openHarness, until } from './harness.ts'
import { changelog, click, clicks, counts, noon, windowed } from './topologies.ts'

/** A producer whose process, so to speak, dies at the given commit: before or after the broker has it. */
class DyingProducer extends ProducerWrapper {
  readonly #life: Life

  constructor(inner: Producer, life: Life) {
    super(inner)
    this.#life = life
  }

  override async commit(): Promise<void> {
    const last = this.inTransaction && --this.#life.commits === 0
    if (last && this.#life.dies === 'before EndTxn') throw new Died()
    await super.commit()
    if (last) throw new Died()
  }

  /** The dead do not abort. */
  override abort(): Promise<void> {
    return this.#life.commits > 0 ? super.abort() : Promise.reject(new Died())
  }
}

class Died extends Error {}

interface Life {
  /** Commits left. */
  commits: number
  readonly dies: 'before EndTxn' | 'after EndTxn'
}

function mortal(harness: Harness, life: Life): { createClient(context: ClientContext): Client } {
  return {
    createClient: (context) =>
      withProducers(harness.kafka.createClient(context), (producer) => new DyingProducer(producer, life)),
  }
}

/** Every key counts 1, 2, ... n, without gap or repeat. */
async function expectCounts(harness: Harness, expected: Readonly<Record<string, number>>): Promise<void> {
  const updates = new Map<string, number[]>()
  for (const { key, value } of await harness.kafka.read(counts))
    updates.set(key!, [...(updates.get(key!) ?? []), value!])
  const oneToN = Object.entries(expected).map(([key, n]) => [key, Array.from({ length: n }, (_, i) => i + 1)])
  expect(Object.fromEntries(updates)).toEqual(Object.fromEntries(oneToN))
}

function restoresOf(app: { on(event: 'restored', run: (facts: HookEvents['restored']) => void): unknown }) {
  const restored: HookEvents['restored'][] = []
  app.on('restored', (facts) => restored.push(facts))
  return restored
}

describe.each(['auto', 'off'] as const)('kernel: %s', (kernel) => {
  test('goes on counting after it was closed, without reading the changelog again', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(2, clicks, counts)
    for (let round = 1; round <= 3; round++) {
      await harness.kafka.send(clicks, [click('ann', round), click('bob', round), click('ann', 300)])
      const app = harness.app(windowed, { kernel })
      const restored = restoresOf(app)
      await app.start()
      await harness.caughtUp(app, clicks)
      expect(await app.store('counts').fetch('ann', noon)).toBe(round)
      await app.close()
      expect(restored.filter(({ records }) => records > 0)).toEqual([])
    }
    await expectCounts(harness, { 'ann@12:00:00': 3, 'ann@12:05:00': 3, 'bob@12:00:00': 3 })
  })

  test('goes on in an empty directory: state comes from the changelog', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, clicks, counts)
    for (const stateDir of ['a', 'b']) {
      await harness.kafka.send(clicks, [click('ann', 0), click('bob', 0)])
      const app = harness.app(windowed, { kernel, stateDir: `${harness.stateDir}/${stateDir}` })
      const restored = restoresOf(app)
      await app.start()
      await harness.caughtUp(app, clicks)
      await app.close()
      expect(restored.map(({ from, records }) => [from, records])).toEqual(stateDir === 'a' ? [] : [[0, 2]])
    }
    await expectCounts(harness, { 'ann@12:00:00': 2, 'bob@12:00:00': 2 })
  })

  test('a changelog that loses its beginning while it is restored', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, clicks, counts)
    await harness.kafka.send(clicks, [click('ann', 0)])
    const first = await harness.started(windowed, { kernel })
    await harness.caughtUp(first, clicks)
    await harness.kafka.send(clicks, [click('bob', 0)])
    await harness.caughtUp(first, clicks)
    await first.close()
    let trimmed = false
    const createClient = (context: ClientContext): Client => {
      const client = harness.kafka.createClient(context)
      const fetcher: Client['fetcher'] = (options) => {
        const restoring = client.fetcher(options)
        if (options.offsetReset !== 'none') return restoring
        const poll = restoring.poll.bind(restoring)
        restoring.poll = async (maxWaitMs) => {
          // Retention takes the first record and its marker.
          if (!trimmed) await client.deleteRecords([{ topic: changelog.name, partition: 0, offset: 2 }])
          trimmed = true
          return poll(maxWaitMs)
        }
        return restoring
      }
      return { ...withProducers(client, (producer) => producer), fetcher }
    }
    const second = harness.app(windowed, {
      kernel,
      kafka: { createClient },
      stateDir: `${harness.stateDir}/other`,
    })
    const restored = restoresOf(second)
    await second.start()
    expect(restored.map(({ from, records }) => [from, records])).toEqual([[2, 1]])
    expect(await second.store('counts').fetch('bob', noon)).toBe(1)
  })

  test.each(['before EndTxn', 'after EndTxn'] as const)(
    'dies %s: nothing is lost, nothing counts twice, and the checkpoint is used',
    async (dies) => {
      const harness = openHarness()
      await harness.kafka.createTopics(1, clicks, counts)
      await harness.kafka.send(clicks, [click('ann', 0), click('bob', 0)])
      const life: Life = { commits: Number.POSITIVE_INFINITY, dies }
      const first = harness.app(windowed, { kernel, kafka: mortal(harness, life), checkpointInterval: 0 })
      let checkpoints = 0
      first.on('checkpointed', () => checkpoints++)
      await first.start()
      await harness.caughtUp(first, clicks)
      await until(() => checkpoints > 0, first)
      life.commits = 1
      await harness.kafka.send(clicks, [click('ann', 1), click('cid', 1)])
      expect(await first.ended()).toBeInstanceOf(Died)

      await harness.kafka.send(clicks, [click('ann', 2)])
      const second = harness.app(windowed, { kernel })
      const restored = restoresOf(second)
      await second.start()
      await harness.caughtUp(second, clicks)
      await second.close()
      await expectCounts(harness, { 'ann@12:00:00': 3, 'bob@12:00:00': 1, 'cid@12:00:00': 1 })
      // From behind the first commit's two records and its marker.
      expect(restored.map(({ from }) => from)).toEqual([2])
      expect(restored.map(({ records }) => records)).toEqual([dies === 'after EndTxn' ? 2 : 0])
    },
  )

  test('a commit that the broker refuses is aborted, and its input processed again', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, clicks, counts)
    await harness.kafka.send(clicks, [click('ann', 0), click('bob', 0)])
    let refusals = 2
    class RefusedProducer extends ProducerWrapper {
      override async commit(): Promise<void> {
        if (this.inTransaction && refusals-- > 0) throw new StreamsError('transaction-aborted', 'refused')
        await super.commit()
      }
    }
    const app = harness.app(windowed, {
      kernel,
      kafka: {
        createClient: (context) =>
          withProducers(harness.kafka.createClient(context), (producer) => new RefusedProducer(producer)),
      },
    })
    const aborted: string[] = []
    app.on('aborted', ({ error }) => aborted.push(error.code))
    await app.start()
    await harness.caughtUp(app, clicks)
    expect(aborted).toEqual(['transaction-aborted', 'transaction-aborted'])
    expect(await app.store('counts').fetch('ann', noon)).toBe(1)
    await app.close()
    await expectCounts(harness, { 'ann@12:00:00': 1, 'bob@12:00:00': 1 })
  })

  test('a failure that nothing mends leaves no transaction open', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, clicks, counts)
    await harness.kafka.send(clicks, [click('ann', 0)])
    class FailingProducer extends ProducerWrapper {
      override sendOffsets(): Promise<void> {
        return Promise.reject(new StreamsError('protocol-error', 'no'))
      }
    }
    const app = harness.app(windowed, {
      kernel,
      kafka: {
        createClient: (context) =>
          withProducers(harness.kafka.createClient(context), (producer) => new FailingProducer(producer)),
      },
    })
    await app.start()
    expect(await app.ended()).toMatchObject({ code: 'protocol-error' })
    const output = [{ topic: counts.name, partition: 0 }]
    const end = await harness.client.listOffsets(output, 'latest', 'read_uncommitted')
    // The record and its marker.
    expect(end.map(({ offset }) => offset)).toEqual([2])
    expect(await harness.client.listOffsets(output, 'latest', 'read_committed')).toEqual(end)
    expect(await harness.kafka.read(counts)).toEqual([])
  })

  test('what was late stays late after a restart, also on another machine', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, clicks, counts)
    await harness.kafka.send(clicks, [click('ann', 0), click('ann', 400)])
    const first = await harness.started(windowed, { kernel })
    await harness.caughtUp(first, clicks)
    await first.close()
    for (const stateDir of [harness.stateDir, `${harness.stateDir}/other`]) {
      await harness.kafka.send(clicks, [click('bob', 299)])
      const app = harness.app(windowed, { kernel, stateDir })
      const dropped = droppedBy(app)
      await app.start()
      await harness.caughtUp(app, clicks)
      await app.close()
      expect(dropped).toEqual({ late: 1 })
    }
    await expectCounts(harness, { 'ann@12:00:00': 1, 'ann@12:05:00': 1 })
  })

  test('the changelog of another cluster is not taken for this one', async () => {
    const [one, other] = [openHarness(), openHarness()]
    for (const harness of [one, other]) {
      await harness.kafka.createTopics(1, clicks, counts)
      await harness.kafka.send(clicks, [click('ann', 0)])
      const app = harness.app(windowed, { kernel, stateDir: one.stateDir })
      const setAside: string[] = []
      app.on('stateSetAside', ({ reason }) => setAside.push(reason))
      await app.start()
      await harness.caughtUp(app, clicks)
      await app.close()
      expect(setAside).toEqual(
        harness === one ? [] : [expect.stringContaining(`${changelog.name} was deleted and made again`)],
      )
      await expectCounts(harness, { 'ann@12:00:00': 1 })
    }
  })
})
