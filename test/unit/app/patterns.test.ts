import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { KafkaStreams } from '../../../src/app/kafka-streams.ts'
import type { Client, ClientContext } from '../../../src/client/client.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { topic, topicPattern } from '../../../src/dsl/topic.ts'
import { type Tables, topology } from '../../../src/dsl/topology.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import { withProducers } from '../../crash/producer-wrapper.ts'
import { type Harness, openHarness } from './harness.ts'

type App = Pick<KafkaStreams<Tables>, 'error' | 'on'>

const text = { key: string, value: string }
const orders = topicPattern(/orders-.*/, text)
const eu = topic('orders-eu', text)
const us = topic('orders-us', text)
const copies = topic('copies', text)
const totals = topic('totals', { key: string, value: long })

const counted = topology(import.meta.url, (b) => {
  const table = b
    .stream(orders)
    .groupByKey()
    .count({ store: { name: 'n', changelog: 'each', caching: false } })
  table.toStream().to(totals)
  return { counts: table }
})
const copied = topology(import.meta.url, (b) => {
  b.stream(orders).to(copies)
})
const repartitioned = topology(import.meta.url, (b) => {
  const byValue = b.stream(orders).selectKey((value) => value, { key: string })
  byValue
    .groupByKey({ value: string })
    .count({ store: { name: 'n' } })
    .toStream()
    .to(totals)
})

const minute = 60_000

/** An embedded cluster whose time the test turns on. */
class Turning {
  readonly clock = new ManualClock(Date.UTC(2024, 0, 5))
  readonly harness: Harness = openHarness(this.clock)
  readonly assigned: string[] = []

  app<A extends App>(app: A): A {
    app.on('tasks', ({ assigned }) => this.assigned.push(assigned.join(' ')))
    return app
  }

  /** Time passes by itself while the promise is waited for. */
  async during<T>(promise: Promise<T>): Promise<T> {
    let settled = false
    const done = promise.finally(() => {
      settled = true
    })
    done.catch(() => {})
    while (!settled) await this.#tick(1)
    return done
  }

  async until(condition: () => boolean | Promise<boolean>, app: App): Promise<void> {
    while (!(await condition())) {
      if (app.error) throw app.error
      await this.#tick(10)
    }
  }

  /** In steps in which heartbeats are answered. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) await this.#tick(Math.min(1000, left))
  }

  async #tick(ms: number): Promise<void> {
    this.clock.advance(ms)
    await turn()
  }
}

const values = async (harness: Harness): Promise<readonly (readonly [string | null, number | null])[]> =>
  (await harness.kafka.read(totals)).map(({ key, value }) => [key, value] as const)

describe('sources by pattern', () => {
  test('a topic that comes later is read from its begin, and counts go on', async () => {
    const time = new Turning()
    const { harness, assigned } = time
    const { kafka } = harness
    await kafka.createTopics(1, eu, totals)
    await kafka.send(eu, [
      { key: 'ann', value: 'a' },
      { key: 'bob', value: 'b' },
    ])
    const app = time.app(harness.app(counted))
    await time.during(app.start())
    await time.until(async () => (await values(harness)).length === 2, app)
    expect(assigned).toEqual(['0_0'])

    await kafka.createTopics(1, us, topic('my-orders-us', text))
    await kafka.send(us, [{ key: 'ann', value: 'c' }])
    await time.pass(4 * minute)
    expect(await values(harness)).toHaveLength(2)
    await time.until(async () => (await values(harness)).length === 3, app)
    await kafka.send(eu, [{ key: 'ann', value: 'd' }])
    await time.until(async () => (await values(harness)).length === 4, app)
    expect(await values(harness)).toEqual([
      ['ann', 1],
      ['bob', 1],
      ['ann', 2],
      ['ann', 3],
    ])
    expect(await app.store('counts').get('ann')).toBe(3)
    expect(assigned).toEqual(['0_0', '0_0'])
    // Nothing changes any more.
    await time.pass(11 * minute)
    expect(assigned).toHaveLength(2)
    await time.during(app.close())
  })

  test('a larger topic that comes later brings more tasks', async () => {
    const time = new Turning()
    const { harness, assigned } = time
    const { kafka } = harness
    await kafka.createTopics(1, eu, copies)
    const app = time.app(harness.app(copied, { metadataMaxAge: '2s' }))
    await time.during(app.start())
    await kafka.createTopics(3, us)
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`)
    await kafka.send(
      us,
      keys.map((key) => ({ key, value: 'x' })),
    )
    await time.until(async () => (await kafka.read(copies)).length === 20, app)
    expect((await kafka.read(copies)).map(({ key }) => key).toSorted()).toEqual(keys.toSorted())
    expect(assigned).toEqual(['0_0', '0_0 0_1 0_2'])
    await time.during(app.close())
  })

  test.each([
    ['one that counts', counted, ['ann', 'bob']],
    ['one that repartitions first', repartitioned, ['x', 'y']],
  ])('while no topic matches, the application waits: %s', async (_, waiting, keys) => {
    const time = new Turning()
    const { harness, assigned } = time
    const { kafka } = harness
    await kafka.createTopics(2, totals)
    const app = time.app(harness.app(waiting, { metadataMaxAge: '2s' }))
    await time.during(app.start())
    await time.pass(minute)
    expect([app.state, assigned]).toEqual(['RUNNING', ['']])
    await kafka.createTopics(2, eu)
    await kafka.send(eu, [
      { key: 'ann', value: 'x' },
      { key: 'bob', value: 'y' },
    ])
    await time.until(async () => (await values(harness)).length === 2, app)
    expect((await values(harness)).toSorted()).toEqual(keys.map((key) => [key, 1]))
    await time.during(app.close())
  })

  test('two instances learn of it, and a query at the wrong one names the right one', async () => {
    const time = new Turning()
    const { harness } = time
    const { kafka } = harness
    await kafka.createTopics(2, eu, totals)
    const tasks: string[][] = [[], []]
    const apps = [0, 1].map((i) => {
      const app = harness.app(counted, {
        metadataMaxAge: '2s',
        stateDir: `${harness.stateDir}/${i}`,
        applicationServer: `127.0.0.1:${i + 1}`,
      })
      app.on('tasks', ({ assigned }) => {
        tasks[i] = [...assigned]
      })
      return app
    })
    await time.during(Promise.all(apps.map((app) => app.start())))
    await time.until(() => tasks.every((own) => own.length === 1), apps[0]!)
    await kafka.createTopics(2, us)
    await kafka.send(us, [
      { key: 'ann', value: 'a' },
      { key: 'bob', value: 'b' },
      { key: 'cid', value: 'c' },
    ])
    await time.until(async () => (await values(harness)).length === 3, apps[0]!)
    for (const { key, partition } of await kafka.read(totals)) {
      const owner = tasks.findIndex((own) => own.includes(`0_${partition}`))
      expect(await apps[owner]!.store('counts').get(key!)).toBe(1)
      // Nothing listens there.
      const asked = apps[1 - owner]!.store('counts').get(key!, { timeout: '1ms' })
      await expect(asked).rejects.toMatchObject({
        code: 'owner-unreachable',
        details: { owner: `127.0.0.1:${owner + 1}` },
      })
    }
    await time.during(Promise.all(apps.map((app) => app.close())))
  })

  test('a topic that comes while the application joins is not overlooked', async () => {
    const time = new Turning()
    const { harness, assigned } = time
    const { kafka } = harness
    await kafka.createTopics(1, totals)
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const createClient = (context: ClientContext): Client => {
      const client = withProducers(kafka.createClient(context), (producer) => producer)
      const group: Client['group'] = (options) => {
        const member = client.group(options)
        const join = member.join.bind(member)
        member.join = async (signal) => {
          await gate
          return join(signal)
        }
        return member
      }
      return { ...client, group }
    }
    const app = time.app(harness.app(counted, { kafka: { createClient }, metadataMaxAge: '1s' }))
    const started = app.start()
    await time.pass(5000)
    await kafka.createTopics(1, eu)
    await kafka.send(eu, [{ key: 'ann', value: 'a' }])
    await time.pass(5000)
    open()
    await time.during(started)
    await time.until(async () => (await values(harness)).length === 1, app)
    expect(assigned).toEqual(['', '0_0'])
    await time.during(app.close())
  })

  test('a topic that two patterns match ends the application, also when it comes later', async () => {
    const time = new Turning()
    const { harness } = time
    const { kafka } = harness
    await kafka.createTopics(1, eu, copies)
    const both = topology(import.meta.url, (b) => {
      b.stream(orders).to(copies)
      b.stream(topicPattern(/.*-us/, text)).to(copies)
    })
    const app = harness.app(both, { metadataMaxAge: '2s' })
    await time.during(app.start())
    await kafka.createTopics(1, us)
    const error = await time.during(app.ended())
    expect(error).toMatchObject({
      code: 'topology-invalid',
      message: expect.stringContaining('Topic orders-us is already matched for another regex pattern'),
    })
    expect(app.state).toBe('ERROR')
  })
})
