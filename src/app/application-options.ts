import type { Client, ClientContext } from '../client/client.ts'
import { type KafkaOptions, kafkaProblems } from '../client/kafka/options.ts'
import type { StreamsOptions } from '../core/options.ts'
import type { Clock } from '../core/time/clock.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
import type { ListenOptions } from '../http/listen-options.ts'
import type { OpenRows } from '../store/state-directory.ts'

/** Makes the application's clients: an EmbeddedKafka, or anything else that implements the port. */
export interface ClientSource {
  /** Each stream thread has one of its own. */
  createClient(context: ClientContext): Client
}

/** `clientId` defaults to the application id. */
export type KafkaConnection = Omit<KafkaOptions, 'clientId'> & { readonly clientId?: string }

export interface KafkaStreamsOptions extends StreamsOptions {
  readonly kafka: KafkaConnection | ClientSource
  /** Queries, health, metrics and topology over HTTP, and to other instances; `app.handler` is there without it too. */
  readonly listen?: ListenOptions
  /** For tests. */
  readonly clock?: Clock
  /** For tests: where the rows of a task are kept, in place of LMDB. */
  readonly openRows?: OpenRows
}

export interface CloseOptions {
  /** After it what cannot be finished is given up; for ever if not given. */
  readonly timeout?: Duration
  /**
   * Whether the group hears of it at once, and rebalances. By default it does, unless the application is closed and its
   * threads are static members (groupInstanceId), which may be back in a moment.
   */
  readonly leaveGroup?: boolean
}

/** What is wrong with the connection, a line each. */
export function connectionProblems(kafka: KafkaConnection | ClientSource | undefined): readonly string[] {
  if (!kafka) return ['kafka: give { brokers: [...] }']
  return 'createClient' in kafka ? [] : kafkaProblems(kafka)
}

/** `timeout`, ms. @throws StreamsError `options-invalid` if it is no duration. */
export function timeLimit(call: string, { timeout }: CloseOptions): number | undefined {
  return timeout === undefined ? undefined : durationMs(timeout, `${call}: timeout`)
}
