import { inject } from 'vitest'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import { clientSuite } from '../unit/client/client.suite.ts'

clientSuite('kafka', async () => {
  const options = { brokers: inject('kafkaBrokers'), clientId: 'millrace-test' }
  const context = { clock: systemClock, logger: silentLogger, hooks: new Hooks() }
  return { client: () => createKafkaClient(options, context), dispose: async () => {} }
})
