import 'vitest'
import type { TestProject } from 'vitest/node'
import { type KafkaBroker, startKafka } from '../broker/kafka-broker.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Bootstrap addresses of the broker that all test files of a run share. */
    kafkaBrokers: readonly string[]
  }
}

interface Shared {
  readonly broker: Promise<KafkaBroker>
  users: number
}

/** vitest loads this file once for each project. */
const shared = globalThis as { [key: symbol]: Shared | undefined }
const sharedKey = Symbol.for('millrace.test.kafkaBroker')

/** globalSetup of the vitest projects that need a broker; tests take it by `inject('kafkaBrokers')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared[sharedKey] ??= { broker: startKafka(), users: 0 }
  const broker = shared[sharedKey]
  broker.users++
  project.provide('kafkaBrokers', (await broker.broker).brokers)
  return async () => {
    if (--broker.users === 0) await (await broker.broker).stop()
  }
}
