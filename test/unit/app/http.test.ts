import { expect, test } from 'vitest'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { json } from '../../../src/serde/json.ts'
import { string } from '../../../src/serde/scalars.ts'
import { type Harness, openHarness } from './harness.ts'
import { click, clicks, counts, noon, unwindowed, windowed } from './topologies.ts'

const token = 'correct-horse-battery'
const listen = { port: 0 }

/** The events of a stream, one at a time. */
async function* eventsOf(response: Response): AsyncGenerator<Readonly<Record<string, string>>> {
  let text = ''
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString()
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      if (lines[0] !== ':') yield Object.fromEntries(lines.map((line) => line.split(/: (.*)/s)))
    }
  }
}

async function take(
  events: AsyncGenerator<Readonly<Record<string, string>>>,
  count: number,
): Promise<unknown[]> {
  const taken: unknown[] = []
  while (taken.length < count) {
    const { value, done } = await events.next()
    if (done === true) break
    taken.push({ id: value['id'], event: value['event'], ...JSON.parse(value['data']!) })
  }
  return taken
}

/** Counts per user; of one partition, so that offsets are known. */
async function counting(harness: Harness): Promise<void> {
  await harness.kafka.createTopics(1, clicks, counts)
  await harness.kafka.send(clicks, [click('ann', 0), click('ann', 1), click('bob', 2)])
}

test('app.handler answers without a server; app.address is where one listens, from start to end', async () => {
  const harness = openHarness()
  await counting(harness)
  const app = harness.app(unwindowed, { listen })
  expect(app.address).toBeUndefined()
  const early = await app.handler(new Request('http://localhost/health/ready'))
  expect([early.status, await early.json()]).toEqual([
    503,
    { status: 'down', state: 'CREATED', reasons: ['the application is CREATED'] },
  ])
  await app.start()
  await harness.caughtUp(app, clicks)
  const { url } = app.address!
  for (const ask of [fetch, (path: string) => app.handler(new Request(path))]) {
    const ready = await ask(`${url}/health/ready`)
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'up', state: 'RUNNING', reasons: [] }])
    const entry = await ask(`${url}/stores/counts/entries/ann`)
    expect(await entry.json()).toEqual({ key: 'ann', value: 2, timestamp: noon + 1000 })
    expect((await ask(`${url}/stores/counts/entries/nobody`)).status).toBe(404)
  }
  await app.close()
  expect(app.address).toBeUndefined()
  await expect(fetch(`${url}/health/live`)).rejects.toThrow()
  const late = await app.handler(new Request('http://localhost/stores/counts/entries/ann'))
  expect([late.status, await late.json()]).toMatchObject([503, { code: 'store-not-ready' }])
})

test('the stores and the topology of an application', async () => {
  const harness = openHarness()
  const names = topic('names', { key: string, value: json<{ name: string }>() })
  const app = harness.app(
    topology(import.meta.url, (b) => {
      const users = b.globalTable(names)
      const visits = b
        .stream(clicks)
        .groupByKey()
        .count({ store: { name: 'visits-store' } })
      return { users, visits }
    }),
  )
  const ask = async (path: string): Promise<Response> => app.handler(new Request(`http://localhost${path}`))
  expect(await (await ask('/stores')).json()).toMatchObject({
    stores: [
      {
        name: 'visits-store',
        table: 'visits',
        kind: 'key-value',
        key: 'string',
        value: 'long',
        global: false,
      },
      { table: 'users', kind: 'key-value', key: 'string', value: 'json', global: true },
    ],
  })
  expect(await (await ask('/topology?format=text')).text()).toMatch(/^Topologies:\n {3}Sub-topology: 0/)
  expect(await (await ask('/topology?format=mermaid')).text()).toMatch(/^flowchart TD\n/)
  expect(await (await ask('/topology')).json()).toMatchObject({ globalStores: [{}], subtopologies: [{}] })
})

test('changes of a key and of all keys are told after the commit, and again from where one left off', async () => {
  const harness = openHarness()
  await counting(harness)
  const app = await harness.started(unwindowed, { listen, kernel: 'off' })
  await harness.caughtUp(app, clicks)
  const { url } = app.address!
  const ofAll = eventsOf(await fetch(`${url}/stores/counts/changes?after=0:0`))
  const [begin, ...before] = (await take(ofAll, 4)) as { id: string; event: string; value: unknown }[]
  expect(begin).toEqual({ id: '0:0', event: 'begin' })
  expect(before).toMatchObject([
    { event: 'change', key: 'ann', value: 1, timestamp: noon },
    { event: 'change', key: 'ann', value: 2, timestamp: noon + 1000 },
    { event: 'change', key: 'bob', value: 1, timestamp: noon + 2000 },
  ])
  const ofBob = eventsOf(await fetch(`${url}/stores/counts/changes?key=bob`))
  expect(await take(ofBob, 1)).toMatchObject([{ event: 'begin' }])
  await harness.kafka.send(clicks, [click('ann', 3)])
  expect(await take(ofAll, 1)).toMatchObject([{ key: 'ann', value: 3 }])
  await harness.kafka.send(clicks, [click('bob', 4)])
  expect(await take(ofAll, 1)).toMatchObject([{ key: 'bob', value: 2 }])
  expect(await take(ofBob, 1)).toMatchObject([
    { event: 'change', key: 'bob', value: 2, timestamp: noon + 4000 },
  ])
  const again = eventsOf(
    await fetch(`${url}/stores/counts/changes`, { headers: { 'last-event-id': before[1]!.id } }),
  )
  expect(await take(again, 4)).toMatchObject([
    { id: before[1]!.id, event: 'begin' },
    { key: 'bob', value: 1 },
    { key: 'ann', value: 3 },
    { key: 'bob', value: 2 },
  ])
  await app.close()
  expect(await take(ofAll, 1)).toEqual([])
})

test('changes of windows say which', async () => {
  const harness = openHarness()
  await counting(harness)
  const app = await harness.started(windowed, { listen })
  await harness.caughtUp(app, clicks)
  const events = eventsOf(await fetch(`${app.address!.url}/stores/counts/changes?after=0:0`))
  expect(await take(events, 4)).toMatchObject([
    { event: 'begin' },
    { key: 'ann', window: { start: noon, end: noon + 300_000 }, value: 1 },
    { key: 'ann', window: { start: noon, end: noon + 300_000 }, value: 2 },
    { key: 'bob', window: { start: noon, end: noon + 300_000 }, value: 1 },
  ])
})

test('anywhere but on loopback credentials are demanded at construction, and then of everybody', async () => {
  const harness = openHarness()
  await counting(harness)
  expect(() => harness.app(unwindowed, { listen: { host: '0.0.0.0', port: 0 } })).toThrow(
    expect.objectContaining({
      code: 'options-invalid',
      message: expect.stringContaining('listen: host: 0.0.0.0'),
    }),
  )
  const app = await harness.started(unwindowed, { listen: { host: '0.0.0.0', port: 0, auth: { token } } })
  await harness.caughtUp(app, clicks)
  const path = `http://127.0.0.1:${app.address!.port}/stores/counts/entries/ann`
  expect((await fetch(path)).status).toBe(401)
  expect((await fetch(path, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
})

test('a port that is taken ends the start', async () => {
  const harness = openHarness()
  await counting(harness)
  const first = await harness.started(unwindowed, { listen })
  const second = harness.app(unwindowed, {
    applicationId: 'other',
    listen: { port: first.address!.port },
  })
  await expect(second.start()).rejects.toMatchObject({ code: 'listen-failed' })
  expect(second.state).toBe('ERROR')
})
