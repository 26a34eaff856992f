import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { KafkaStreams, StreamsError } from 'millrace'
import { EmbeddedKafka } from 'millrace/testing'
import { clickCount } from './click-count.ts'
import { someClicks } from './demo/clicks.ts'
import { embeddedFeeder, kafkaFeeder } from './demo/feeder.ts'
import { View } from './demo/view.ts'
import { countServer } from './server.ts'

// npm run demo [-- --duration 10s]: the click count with generated clicks. KAFKA_BROKERS=host:port runs it on that
// cluster; without it a cluster inside this process does.
const { values } = parseArgs({ options: { duration: { type: 'string' } } })
const durationMs =
  values.duration === undefined ? Number.POSITIVE_INFINITY : parseSeconds(values.duration) * 1000
const brokers = process.env['KAFKA_BROKERS'] ? process.env['KAFKA_BROKERS'].split(',') : undefined
const clicksPerTick = 200
const tickMs = 100
const windowMs = 300_000

const embedded = brokers ? undefined : new EmbeddedKafka({ retentionBytes: 64 * 2 ** 20 })
const feeder = brokers ? kafkaFeeder(brokers) : embeddedFeeder(embedded!)
// On the embedded cluster nothing outlives the process, so its state must not either.
const stateDir = embedded && (await mkdtemp(join(tmpdir(), 'millrace-demo-')))
const app = new KafkaStreams(clickCount, {
  applicationId: 'click-count-demo',
  kafka: embedded ?? { brokers: brokers! },
  ...(stateDir !== undefined && { stateDir }),
})

let clicks = 0
let counted = 0
let late = 0
let commits = 0
let commitMs = 0
app.on('committed', ({ records, durationMs }) => {
  counted += records
  commits++
  commitMs = Math.round(durationMs)
})
app.on('dropped', ({ reason, count }) => {
  if (reason === 'late') late += count
})

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
process.once('SIGTERM', () => stop.abort())
try {
  await feeder.createTopics()
  await app.start()
  const server = countServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  if (process.stdout.isTTY) console.log('\nCommitting and closing ...')
  await app.close()
  server.close()
  if (app.error) throw app.error
  console.log(
    `Closed cleanly: ${counted} clicks counted in ${commits} commits, ${late} of them too late for their window.`,
  )
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  if (StreamsError.is(error)) console.error(error.advice)
  process.exitCode = 1
} finally {
  await app.close()
  await feeder.close()
  await embedded?.[Symbol.asyncDispose]()
  if (stateDir !== undefined) await rm(stateDir, { recursive: true, force: true })
}

/** Sends clicks and shows what happens, until the time is over, the user ends it, or the application fails. */
async function run(address: string): Promise<void> {
  const view = new View()
  const start = Date.now()
  let lastCounted = 0
  for (let tick = 0; Date.now() - start < durationMs && !stop.signal.aborted && !app.error; tick++) {
    await feeder.send(someClicks(clicksPerTick))
    clicks += clicksPerTick
    if (tick % 10 === 9) {
      const windowStart = Date.now() - (Date.now() % windowMs)
      view.show({
        state: app.state,
        seconds: Math.round((Date.now() - start) / 1000),
        clicks,
        counted,
        late,
        perSecond: counted - lastCounted,
        commits,
        commitMs,
        counts: await someCounts(windowStart),
        window: iso(windowStart),
        url: `${address}/count/user1?window=${iso(windowStart)}`,
      })
      lastCounted = counted
    }
    await sleep(tickMs, undefined, { signal: stop.signal }).catch(() => {})
  }
}

/** A few users' counts; those of an instance that cannot be asked are left out. */
async function someCounts(windowStart: number): Promise<[string, number][]> {
  const found: [string, number][] = []
  for (const user of ['user1', 'user2', 'user3', 'user4', 'user5']) {
    try {
      const count = await app.store('counts').fetch(user, windowStart)
      if (count !== undefined) found.push([user, count])
    } catch (error) {
      const passes = ['store-elsewhere', 'store-not-ready', 'owner-unreachable'] as const
      if (!passes.some((code) => StreamsError.is(error, code))) throw error
    }
  }
  return found
}

function iso(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19)
}

function parseSeconds(text: string): number {
  const match = /^(\d+)s?$/.exec(text)
  if (match) return Number(match[1])
  console.error(`--duration ${text}: give seconds, such as 10s`)
  process.exit(2)
}
