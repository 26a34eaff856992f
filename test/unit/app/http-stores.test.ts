import { expect, test } from 'vitest'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { session, tumbling } from '../../../src/dsl/windows.ts'
import { int64, string } from '../../../src/serde/scalars.ts'
import { type Harness, openHarness } from './harness.ts'
import { noon } from './topologies.ts'

const payments = topic('payments', { key: string, value: int64 })

/** One store of each kind. */
const bank = topology(import.meta.url, (b) => {
  const stream = b.stream(payments)
  const grouped = stream.groupByKey()
  const balances = grouped.reduce((sum, value) => sum + value, { store: { name: 'balances-store' } })
  const counts = grouped
    .windowedBy(tumbling('5m', { grace: '1m' }))
    .count({ store: { name: 'counts-store' } })
  const visits = grouped.windowedBy(session('1m')).count({ store: { name: 'visits-store' } })
  const latest = stream.toTable({ store: { name: 'latest-store', versioned: { history: '1d' } } })
  return { balances, counts, visits, latest }
})

const big = 9_007_199_254_740_993n

async function bankWith(
  harness: Harness,
): Promise<(path: string) => Promise<{ status: number; body: unknown }>> {
  await harness.kafka.createTopics(3, payments)
  const pay = (key: string, value: bigint, second: number): object => ({
    key,
    value,
    timestamp: noon + 1000 * second,
  })
  await harness.kafka.send(payments, [
    pay('ann', big, 0),
    pay('bob', -5n, 1),
    pay('ann', 1n, 30),
    pay('a/b', 7n, 40),
    pay('ann', 2n, 400),
  ] as never)
  const app = await harness.started(bank, { listen: { port: 0 } })
  await harness.caughtUp(app, payments)
  const { url } = app.address!
  return async (path) => {
    const response = await fetch(url + path)
    return { status: response.status, body: await response.json() }
  }
}

test('every kind of store is answered by its serdes, over all partitions', async () => {
  const ask = await bankWith(openHarness())

  expect(await ask('/stores/balances/entries/ann')).toEqual({
    status: 200,
    body: { key: 'ann', value: String(big + 3n), timestamp: noon + 400_000 },
  })
  expect((await ask('/stores/balances/entries/a%2Fb')).body).toMatchObject({ key: 'a/b', value: '7' })
  expect((await ask('/stores/balances/entries/zoe')).status).toBe(404)
  expect((await ask('/stores/balances/entries')).body).toMatchObject({
    entries: [
      { key: 'a/b', value: '7' },
      { key: 'ann', value: String(big + 3n) },
      { key: 'bob', value: '-5' },
    ],
    more: false,
  })
  expect((await ask('/stores/balances/entries?limit=1')).body).toMatchObject({
    entries: [{ key: 'a/b' }],
    more: true,
    next: 'ann',
  })
  expect((await ask('/stores/balances/entries?from=ann&limit=1&to=ann')).body).toMatchObject({
    entries: [{ key: 'ann' }],
    more: false,
  })
  expect((await ask('/stores/balances/entries?to=ann&reverse')).body).toMatchObject({
    entries: [{ key: 'ann' }, { key: 'a/b' }],
  })
  expect((await ask('/stores/balances/entries?prefix=a')).body).toMatchObject({
    entries: [{ key: 'a/b' }, { key: 'ann' }],
    more: false,
  })
  expect((await ask('/stores/balances/entries?prefix=a&reverse')).status).toBe(400)

  const first = { start: noon, end: noon + 300_000 }
  const second = { start: noon + 300_000, end: noon + 600_000 }
  expect((await ask('/stores/counts/windows/ann')).body).toMatchObject({
    entries: [
      { key: 'ann', window: first, value: 2 },
      { key: 'ann', window: second, value: 1 },
    ],
  })
  const at = `from=${new Date(noon + 300_000).toISOString()}`
  expect((await ask(`/stores/counts/windows/ann?${at}`)).body).toMatchObject({
    entries: [{ window: second }],
  })
  expect((await ask('/stores/counts/windows?reverse&limit=1')).body).toMatchObject({
    entries: [{ key: 'ann', window: second }],
    more: true,
  })

  expect((await ask('/stores/visits/sessions/ann')).body).toMatchObject({
    entries: [
      { key: 'ann', window: { start: noon, end: noon + 30_000 }, value: 2 },
      { key: 'ann', window: { start: noon + 400_000, end: noon + 400_000 }, value: 1 },
    ],
  })

  expect((await ask(`/stores/latest/versions/ann?asOf=${noon + 29_999}`)).body).toMatchObject({
    value: String(big),
    timestamp: noon,
    validTo: noon + 30_000,
  })
  expect((await ask('/stores/latest/versions/ann')).body).toMatchObject({ value: '2', validTo: null })
  expect((await ask('/stores/latest/versions/ann/history?reverse')).body).toMatchObject({
    entries: [{ value: '2' }, { value: '1' }, { value: String(big) }],
    more: false,
  })
  expect((await ask(`/stores/latest/versions/ann?asOf=${noon - 1}`)).status).toBe(404)
})

test('owners, instances, lags and metrics', async () => {
  const ask = await bankWith(openHarness())
  expect((await ask('/stores/balances/owners/ann')).body).toMatchObject({ local: true, standbys: [] })
  expect((await ask('/instances')).status).toBe(200)
  const { body } = await ask('/lag')
  const { lags } = body as { lags: { store: string; active: boolean; lag: number }[] }
  expect(lags.filter(({ store }) => store === 'balances-store')).toHaveLength(3)
  for (const lag of lags) expect(lag).toMatchObject({ active: true, lag: 0 })
})

test('metrics are Prometheus text', async () => {
  const harness = openHarness()
  const app = harness.app(bank)
  const response = await app.handler(new Request('http://localhost/metrics'))
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(await response.text()).toMatch(/^kafka_streams_failed_stream_threads(\{.*\})? 0$/m)
})
