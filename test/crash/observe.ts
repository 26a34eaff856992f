import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import type { Client, ProducerOptions } from '../../src/client/client.ts'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import { Fate } from './fate.ts'
import { isMutation, mutate, mutateSteps } from './mutations.ts'
import { ObservedProducer } from './observed-producer.ts'
import { observeSteps } from './observed-steps.ts'
import { TransactionFlag } from './transaction-flag.ts'

/** Of a worker process, for all of its threads. */
export interface Observation {
  /** Where the flags of transactions are. */
  readonly folder: string
  readonly mutation: string
}

const variable = 'CRASH_OBSERVATION'

/** Threads that start from now on are observed too, if they import the job from `observed-pipeline.ts`. */
export function observe(observation: Observation): void {
  process.env[variable] = JSON.stringify(observation)
  observeThread()
}

/** Every Kafka client of this thread has producers that are observed, and mutated. */
export function observeThread(): void {
  const { folder, mutation: name } = JSON.parse(process.env[variable] ?? '{}') as Observation
  const mutation = isMutation(name) ? name : undefined
  const fate = new Fate()
  observeSteps(fate)
  mutateSteps(mutation)
  const flag = new TransactionFlag(join(folder, `transaction-${threadNumber()}`))
  const clients = clientPrototype()
  const { producer } = clients
  clients.producer = function (this: Client, options: ProducerOptions) {
    return mutate(new ObservedProducer(producer.call(this, options), flag, fate), mutation)
  }
}

/** Of a stream thread in a worker; 0 for the main thread. */
function threadNumber(): number {
  const data: unknown = workerData
  return typeof data === 'object' && data !== null && 'number' in data ? Number(data.number) : 0
}

/** The class of clients is known to its maker alone. */
function clientPrototype(): Client {
  const context = { clock: systemClock, logger: silentLogger, hooks: new Hooks() }
  const client = createKafkaClient({ brokers: ['127.0.0.1:1'], clientId: 'never-connected' }, context)
  void client.close()
  return Object.getPrototypeOf(client) as Client
}
