import type { Client } from '../client/client.ts'
import { createKafkaClient } from '../client/kafka/client.ts'
import { Hooks } from '../core/hooks.ts'
import { silentLogger } from '../core/logger.ts'
import { systemClock } from '../core/time/clock.ts'
import type { Arguments } from './arguments.ts'
import { UsageError } from './command.ts'
import { configOf } from './config.ts'

/** A client of the cluster that `--brokers` or `--config` names. */
export function connect(args: Arguments): Client {
  const { kafka } = configOf(args)
  const named = args.list('brokers')
  const brokers = named.length > 0 ? named : (kafka?.brokers ?? [])
  if (brokers.length === 0) throw new UsageError('say --brokers or --config: which cluster?')
  return createKafkaClient(
    { clientId: 'millrace-cli', ...kafka, brokers },
    { clock: systemClock, logger: silentLogger, hooks: new Hooks() },
  )
}
