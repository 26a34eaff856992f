import { parseArgs } from 'node:util'
import { KafkaStreams } from '../../src/app/kafka-streams.ts'
import type { Client, ClientContext } from '../../src/client/client.ts'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import type { Logger } from '../../src/core/logger.ts'
import { Fate } from './fate.ts'
import { applicationId, clickCount } from './job.ts'
import { isMutation, mutate } from './mutations.ts'
import { ObservedProducer } from './observed-producer.ts'
import { withProducers } from './producer-wrapper.ts'
import { TransactionFlag } from './transaction-flag.ts'
import type { WindowName, WorkerCommand, WorkerEvent } from './worker-messages.ts'

// One process of the job, started by worker-process.ts and killed at any moment.
const { values } = parseArgs({
  options: {
    name: { type: 'string', default: '' },
    brokers: { type: 'string', default: '' },
    'state-dir': { type: 'string', default: '' },
    'transaction-flag': { type: 'string', default: '' },
    mutation: { type: 'string', default: '' },
    kernel: { type: 'string', default: 'auto' },
  },
})
const mutation = isMutation(values.mutation) ? values.mutation : undefined
const fate = new Fate()
const flag = new TransactionFlag(values['transaction-flag'])
const app = new KafkaStreams(clickCount, {
  applicationId,
  stateDir: values['state-dir'],
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
  kafka: { createClient },
  logger: logger(),
})

function createClient(context: ClientContext): Client {
  const client = createKafkaClient({ brokers: values.brokers.split(','), clientId: values.name }, context)
  return withProducers(client, (producer) => mutate(new ObservedProducer(producer, flag, fate), mutation))
}

function tell(event: WorkerEvent): void {
  process.send?.(event)
}

app.on('state', ({ to, error }) =>
  tell({ event: 'state', to, error: error && `${error.message}\n${error.stack}` }),
)
app.on('tasks', ({ assigned }) => tell({ event: 'tasks', assigned }))
app.on('committed', ({ records }) => tell({ event: 'committed', records }))
app.on('checkpointed', ({ task, rows }) => tell({ event: 'checkpointed', task, rows, at: Date.now() }))
app.on('restored', ({ task, from, to, durationMs }) =>
  tell({ event: 'restored', task, from, to, since: Date.now() - durationMs }),
)
app.on('stateSetAside', ({ task, reason }) => tell({ event: 'stateSetAside', task, reason }))
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
    case 'die':
      fate.due = message.at
      break
    case 'close':
      void app.close()
  }
})
// The harness is gone.
process.on('disconnect', () => process.exit())

await app.start()
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
    warn: (facts, message) => log('warn', facts, message),
    error: (facts, message) => log('error', facts, message),
  }
}
