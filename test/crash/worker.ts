import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { KafkaStreams } from '../../src/app/kafka-streams.ts'
import { StreamsError } from '../../src/core/errors.ts'
import type { Logger } from '../../src/core/logger.ts'
import { type Clock, systemClock } from '../../src/core/time/clock.ts'
import { doom } from './fate.ts'
import { applicationId, clickCount } from './job.ts'
import { observe } from './observe.ts'
import { pipeline } from './observed-pipeline.ts'
import { deadLetters } from './pipeline.ts'
import type {
  PositionReset,
  WindowName,
  WorkerCommand,
  WorkerError,
  WorkerEvent,
  WorkerSettings,
} from './worker-messages.ts'

// One process of the job, started by worker-process.ts and killed at any moment.
const { values } = parseArgs({
  options: {
    name: { type: 'string', default: '' },
    brokers: { type: 'string', default: '' },
    job: { type: 'string', default: 'clicks' },
    folder: { type: 'string', default: '' },
    mutation: { type: 'string', default: '' },
    kernel: { type: 'string', default: 'auto' },
    'clock-ahead': { type: 'string', default: '0' },
    settings: { type: 'string', default: '{}' },
  },
})
observe({ folder: values.folder, mutation: values.mutation })

let aheadMs = Number(values['clock-ahead'])
const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs }

const { replaceThreads, ...settings } = JSON.parse(values.settings) as WorkerSettings
/** Bad input is counted and put aside; the click count alone has none. */
const lenient = {
  deserializationHandler: 'continue',
  productionHandler: 'continue',
  deadLetterTopic: deadLetters,
} as const
const app = new KafkaStreams(values.job === 'pipeline' ? pipeline : clickCount, {
  applicationId,
  stateDir: join(values.folder, 'state'),
  applicationServer: `${values.name}:1`,
  // Short, so that a kill meets every step.
  commitInterval: 100,
  checkpointInterval: 500,
  transactionTimeout: 6000,
  sessionTimeout: 2000,
  heartbeatInterval: 500,
  rebalanceTimeout: 10_000,
  // Little, so that rows are evicted and read back.
  stateMemory: 2 ** 20,
  stateMapSize: 2 ** 30,
  kernel: values.kernel === 'off' ? 'off' : 'auto',
  kafka: { brokers: values.brokers.split(','), clientId: values.name },
  // Threads in workers have the machine's.
  ...((settings.threads ?? 1) > 1 ? {} : { clock }),
  uncaughtErrorHandler: () => (replaceThreads ? 'replace-thread' : 'shutdown-client'),
  logger: logger(),
  ...(values.job === 'pipeline' ? lenient : {}),
  ...settings,
})

function tell(event: WorkerEvent): void {
  process.send?.(event)
}

function errorOf(error: Error): WorkerError {
  return {
    code: StreamsError.is(error) ? error.code : null,
    message: error.message,
    stack: error.stack ?? '',
  }
}

app.on('state', ({ to, error }) => tell({ event: 'state', to, error: error && errorOf(error) }))
app.on('tasks', ({ thread, assigned }) => tell({ event: 'tasks', thread, assigned }))
app.on('committed', ({ records }) => tell({ event: 'committed', records }))
app.on('checkpointed', ({ task, rows }) => tell({ event: 'checkpointed', task, rows, at: Date.now() }))
// Alone on the disk of their tasks: if that has a checkpoint, they are in it.
const soleStores = ['counts-store', 'visits-store']
app.on('restored', ({ task, store, from, to, durationMs }) => {
  if (soleStores.includes(store)) tell({ event: 'restored', task, from, to, since: Date.now() - durationMs })
})
app.on('restoring', ({ task, from, next }) => {
  if (next === from) tell({ event: 'restoring', task })
})
app.on('stateSetAside', ({ task, reason }) => tell({ event: 'stateSetAside', task, reason }))
app.on('threadFailed', ({ thread }) => tell({ event: 'threadFailed', thread }))
app.on('aborted', ({ error }) => tell({ event: 'aborted', code: error.code, message: error.message }))

async function fetchCounts(windows: readonly WindowName[]): Promise<void> {
  const view = app.store('counts')
  const counts: (number | null)[] = []
  for (const { key, start } of windows) counts.push((await view.fetch(key, start)) ?? null)
  tell({ event: 'answers', counts })
}

process.on('message', (message: WorkerCommand) => {
  switch (message.command) {
    case 'fetch':
      void fetchCounts(message.windows)
      break
    case 'doom':
      doom(message)
      break
    case 'clock':
      aheadMs = message.aheadMs
      break
    case 'close':
      void app.close()
  }
})
// The harness is gone.
process.on('disconnect', () => process.exit())

// What keeps it from running is told by `ended` too.
await app.start().catch(() => {})
const error = await app.ended()
if (error) process.exitCode = 1
process.disconnect()

function logger(): Logger {
  const log = (level: string, facts: object, message: string): void => {
    const texts = Object.fromEntries(
      Object.entries(facts).map(([name, fact]) => [name, fact instanceof Error ? fact.stack : fact]),
    )
    console.error(JSON.stringify({ time: new Date(), level, message, ...texts }))
  }
  return {
    debug: () => {},
    info: (facts, message) => log('info', facts, message),
    warn: (facts, message) => {
      // Nothing else tells of it.
      if ('offsetReset' in facts) tell({ event: 'positionReset', reset: facts as unknown as PositionReset })
      log('warn', facts, message)
    },
    error: (facts, message) => log('error', facts, message),
  }
}
