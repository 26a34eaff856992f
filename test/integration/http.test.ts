import { expect, test } from 'vitest'
import type { KafkaStreams } from '../../src/app/kafka-streams.ts'
import type { Tables } from '../../src/dsl/topology.ts'
import { freePorts } from '../broker/free-ports.ts'
import { type AppHarness, openHarness, until, windowStart } from './app-harness.ts'

const token = 'one-token-for-all-instances'
const users = Array.from({ length: 40 }, (_, n) => `user${n}`)
const bearer = { headers: { authorization: `Bearer ${token}` } }

type App = KafkaStreams<Tables>

/** Two instances that know each other, each with half of the partitions. */
async function twoInstances(harness: AppHarness): Promise<readonly [App, App]> {
  const ports = await freePorts(2)
  const [one, other] = ports.map((port, n) =>
    harness.app(`instance-${n}`, harness.topology, {
      applicationServer: `127.0.0.1:${port}`,
      listen: { port, auth: { token } },
    }),
  ) as unknown as [App, App]
  await Promise.all([one.start(), other.start()])
  const tasks = (app: App): number => app.threads.flatMap(({ activeTasks }) => activeTasks).length
  await until(() => tasks(one) === 2 && tasks(other) === 2, one, other)
  await until(() => one.state === 'RUNNING' && other.state === 'RUNNING', one, other)
  return [one, other]
}

async function json(app: App, path: string): Promise<unknown> {
  const response = await fetch(`${app.address!.url}${path}`, bearer)
  const body: unknown = await response.json()
  expect([path, response.status, body]).toEqual([path, 200, expect.anything()])
  return body
}

test('every key and every range is answered by every instance, at whichever it lies', async () => {
  const harness = await openHarness()
  await harness.click(...users, ...users.slice(0, 10))
  const apps = await twoInstances(harness)
  await harness.caughtUp(...apps)
  const window = { start: windowStart, end: windowStart + 300_000 }
  for (const app of apps) {
    for (const [n, user] of users.entries())
      expect(
        await json(app, `/stores/counts/windows/${user}?from=${windowStart}&to=${windowStart}`),
      ).toMatchObject({
        entries: [{ key: user, window, value: n < 10 ? 2 : 1 }],
        more: false,
      })
    const { entries } = (await json(app, '/stores/counts/windows?limit=100')) as {
      entries: { key: string }[]
    }
    expect(entries.map(({ key }) => key).toSorted()).toEqual(users.toSorted())
  }
  const owners = await Promise.all(
    users.map(async (user) => (await json(apps[0], `/stores/counts/owners/${user}`)) as { local: boolean }),
  )
  expect(new Set(owners.map(({ local }) => local))).toEqual(new Set([true, false]))
  const { instances } = (await json(apps[1], '/instances')) as {
    instances: { address: string; local: boolean }[]
  }
  expect(instances.map(({ address, local }) => [address, local]).toSorted()).toEqual(
    apps.map((app) => [`127.0.0.1:${app.address!.port}`, app === apps[1]]).toSorted(),
  )
  expect((await fetch(`${apps[0].address!.url}/stores`)).status).toBe(401)
})

test('changes of all instances are told by each of them, once, and after the commit', async () => {
  const harness = await openHarness()
  const apps = await twoInstances(harness)
  const events = await Promise.all(
    apps.map(({ address }) => fetch(`${address!.url}/stores/counts/changes?after=0:0,1:0,2:0,3:0`, bearer)),
  )
  await harness.click(...users)
  for (const { body } of events) {
    const changed = new Map<string, number[]>()
    let text = ''
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString()
      const found = [...text.matchAll(/^event: change\ndata: (.*)\n\n/gm)]
      if (found.length < users.length) continue
      for (const [, data] of found) {
        const { key, value } = JSON.parse(data!) as { key: string; value: number }
        changed.set(key, [...(changed.get(key) ?? []), value])
      }
      break
    }
    expect(changed).toEqual(new Map(users.map((user) => [user, [1]])))
  }
})

test('probes and metrics of an instance, from start to end', async () => {
  const harness = await openHarness()
  await harness.click(...users)
  const app = harness.app('instance', harness.topology, { listen: { port: 0 } })
  await app.start()
  await harness.caughtUp(app)
  const { url } = app.address!
  const ready = await fetch(`${url}/health/ready`)
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'up', state: 'RUNNING', reasons: [] }])
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toMatch(/^kafka_streams_failed_stream_threads(\{.*\})? 0$/m)
  expect(metrics).toMatch(/^kafka_streams_commit_latency_avg(\{.*\})? [0-9.e+-]+$/m)
  const { lags } = (await (await fetch(`${url}/lag`)).json()) as { lags: object[] }
  expect(lags).toHaveLength(4)
  for (const lag of lags) expect(lag).toMatchObject({ store: 'counts-store', active: true, lag: 0 })
  await app.close()
  await expect(fetch(`${url}/health/live`)).rejects.toThrow()
})
