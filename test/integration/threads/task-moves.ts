import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { json, KafkaStreams, silentLogger, string, topic } from '../../../src/index.ts'
import { EmbeddedKafka } from '../../../src/testing/index.ts'
import { type Click, clickCount } from './jobs.ts'

// node --expose-gc build/test/integration/threads/task-moves.js --moves 100
// Moves tasks between two threads of one process, and prints what memory they leave behind.
const { values } = parseArgs({ options: { moves: { type: 'string', default: '100' } } })
const moves = Number(values.moves)
/** LMDB opens the data file a second time, to sync it. */
const filesPerEnvironment = 2
const partitions = 4
const timestamp = Math.floor(Date.now() / 1000)
const name = 'moves'
const clicks = topic(`${name}-clicks`, { key: string, value: json<Click>() })
const kafka = new EmbeddedKafka()
await kafka.createTopics(partitions, clicks, { name: `${name}-counts` })
const stateDir = mkdtempSync(join(tmpdir(), 'millrace-moves-'))
process.once('exit', () => rmSync(stateDir, { recursive: true, force: true }))

const app = new KafkaStreams(clickCount.withArgs({ name }), {
  applicationId: name,
  kafka,
  stateDir,
  logger: silentLogger,
  commitInterval: 20,
  heartbeatInterval: 10,
})
let moved = 0
const owners = new Map<string, string>()
app.on('tasks', ({ thread, assigned }) => {
  for (const task of assigned) {
    if (owners.has(task) && owners.get(task) !== thread) moved++
    owners.set(task, thread)
  }
})

export interface MemoryUse {
  readonly moves: number
  readonly rssMiB: number
  /** On the JavaScript heap. */
  readonly heapMiB: number
  /** Kernels and buffers. */
  readonly externalMiB: number
  /** LMDB environments that are open. */
  readonly environments: number
}

await app.start()
await click(20_000)
await until(() => app.threads[0]?.activeTasks.length === partitions)
report()
for (let next = moves / 10; moved < moves; ) {
  app.addStreamThread()
  await until(
    () =>
      app.threads.length === 2 &&
      app.threads.every((t) => t.activeTasks.length === 2 && t.state === 'running'),
  )
  // Few: the cluster keeps all that was ever written in the memory of this process.
  await click(10)
  await app.removeStreamThread()
  await until(() => app.threads[0]?.activeTasks.length === partitions && app.threads[0].state === 'running')
  if (moved < next) continue
  next += moves / 10
  report()
}
await app.close()
report()

async function click(count: number): Promise<void> {
  const users = Array.from({ length: count }, (_, i) => `user${i}`)
  await kafka.send(
    clicks,
    users.map((userId) => ({ key: userId, value: { userId, timestamp } })),
  )
}

function report(): void {
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  const use: MemoryUse = {
    moves: moved,
    rssMiB: mib(rss),
    heapMiB: mib(heapUsed),
    externalMiB: mib(external),
    environments: environments(),
  }
  console.log(JSON.stringify(use))
}

/** Linux only: of what the process has open. */
function environments(): number {
  const open = readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).endsWith('/data.mdb')
    } catch {
      return false // closed meanwhile
    }
  })
  return open.length / filesPerEnvironment
}

function mib(bytes: number): number {
  return Math.round((bytes / 2 ** 20) * 10) / 10
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    if (app.error) throw app.error
    await sleep(2)
  }
}
