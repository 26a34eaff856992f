import { KafkaStreams } from '../../../src/index.ts'
import { queryJob } from './query-job.ts'
import type { Asked, FromInstance, InstanceStart, ToInstance } from './query-messages.ts'

// One instance of the application, in a process of its own: it answers what the test asks by queries of its tables.

const start = JSON.parse(process.argv[2]!) as InstanceStart
const { applicationId, brokers, stateDir, port, threads } = start
const app = new KafkaStreams(queryJob.withArgs(start.args), {
  applicationId,
  kafka: { brokers: [...brokers] },
  stateDir,
  threads,
  listen: { port },
  applicationServer: `127.0.0.1:${port}`,
  commitInterval: 100,
  heartbeatInterval: 200,
  sessionTimeout: '6s',
  numStandbyReplicas: 1,
  probingRebalanceInterval: '1m',
})

/** Long: a process that was killed is missed after a session. */
const options = { timeout: '60s' } as const

async function answer(asked: Asked): Promise<unknown> {
  const { counts, paid } = { counts: app.store('counts'), paid: app.store('paid') }
  switch (asked.kind) {
    case 'counts': {
      const { users, window } = asked
      return Promise.all(users.map((user) => counts.fetch(user, window, options).then((n) => n ?? null)))
    }
    case 'paid': {
      const { users, stale = false } = asked
      return Promise.all(users.map((user) => paid.get(user, { ...options, stale }).then((n) => n ?? null)))
    }
    case 'all-paid': {
      const { reverse, limit } = asked
      const range = reverse ? paid.reverseAll : paid.all
      const entries: unknown[] = []
      for await (const { key, value } of range({ ...options, ...(limit !== undefined && { limit }) }))
        entries.push([key, value])
      return entries
    }
    case 'all-counts': {
      const entries: unknown[] = []
      for await (const { key, value } of counts.fetchAll(asked.from, asked.to, options))
        entries.push([key.key, key.window.start, value])
      return entries
    }
    case 'instances':
      return app.queries.metadataForAllInstances()
    case 'lags':
      return app.queries.lags()
  }
}

function send(message: FromInstance): void {
  process.send?.(message)
}

process.on('message', (message: ToInstance) => {
  if (message.kind === 'close') {
    void app.close()
    return
  }
  const { id, ...asked } = message
  answer(asked as Asked).then(
    (value) => send({ kind: 'answer', id, value: value ?? null }),
    (error: unknown) => send({ kind: 'failed', id, error: String(error) }),
  )
})
// The test is gone.
const orphaned = (): never => process.exit(1)
process.once('disconnect', orphaned)
await app.start()
send({ kind: 'running' })
await app.ended()
process.off('disconnect', orphaned)
process.disconnect()
